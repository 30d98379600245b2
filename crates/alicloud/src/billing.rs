//! Billing (BSS OpenAPI), version 2017-12-14: GetOrderDetail and QueryOrders.

use std::ops::Range;

use chrono::{DateTime, SecondsFormat};
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    client::{Client, Reply, Request},
    endpoint::Product,
    error::{ApiError, Certainty, Error, Failure},
    paging::Pages,
    reply::{self, loose_text},
    retry::Deadline,
};

/// The most pages that are read of one answer.
const MAX_PAGES: usize = 50;

/// How many rows a page has.
const PAGE_SIZE: usize = 20;

/// One row of an order: one product of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Row {
    /// The order.
    #[serde(deserialize_with = "loose_text")]
    pub order_id: Option<String>,
    /// This part of the order.
    #[serde(deserialize_with = "loose_text")]
    pub sub_order_id: Option<String>,
    /// What billing calls the product.
    #[serde(deserialize_with = "loose_text")]
    pub product_code: Option<String>,
    /// A kind of the product.
    #[serde(deserialize_with = "loose_text")]
    pub product_type: Option<String>,
    /// What is sold.
    #[serde(deserialize_with = "loose_text")]
    pub commodity_code: Option<String>,
    /// Such as `New`.
    #[serde(deserialize_with = "loose_text")]
    pub order_type: Option<String>,
    /// Such as `PayAsYouGo`.
    #[serde(deserialize_with = "loose_text")]
    pub subscription_type: Option<String>,
    /// Such as `Paid`.
    #[serde(deserialize_with = "loose_text")]
    pub payment_status: Option<String>,
    /// When it was made (RFC 3339).
    #[serde(deserialize_with = "loose_text")]
    pub create_time: Option<String>,
    /// When it was paid (RFC 3339).
    #[serde(deserialize_with = "loose_text")]
    pub payment_time: Option<String>,
    /// Such as `CNY`.
    #[serde(deserialize_with = "loose_text")]
    pub currency: Option<String>,
    /// What it cost before taxes, as a decimal number.
    #[serde(deserialize_with = "loose_text")]
    pub pretax_amount: Option<String>,
    /// Where it runs.
    #[serde(deserialize_with = "loose_text")]
    pub region: Option<String>,
    #[serde(rename = "InstanceIDs")]
    instance_ids: Json,
}

impl Row {
    /// The instances, which come as a list or as the JSON text of one.
    pub fn instance_ids(&self) -> Vec<String> {
        let parsed = self.instance_ids.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let ids = parsed.as_ref().unwrap_or(&self.instance_ids);
        reply::list(ids).iter().filter_map(reply::text).collect()
    }

    /// Whether it is an order that buys something, and not one that renews, refunds, or was cancelled.
    pub fn is_purchase(&self) -> bool {
        let is_new = self.order_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("New"));
        is_new && self.payment_status.as_deref().is_none_or(|status| !status.eq_ignore_ascii_case("Cancelled"))
    }

    /// When it was made, in seconds since 1970, if the response has it.
    pub fn created(&self) -> Option<i64> {
        let created = self.create_time.as_deref()?;
        DateTime::parse_from_rfc3339(created).ok().map(|created| created.timestamp())
    }

    /// Everything by which the row can say what product it is for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.commodity_code, &self.product_type, &self.product_code].into_iter().filter_map(|name| name.as_deref())
    }
}

/// The answer to GetOrderDetail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The rows of the order; none if billing does not know it.
    pub rows: Vec<Row>,
    /// The id of the request; empty where the service gave none.
    pub request_id: String,
}

/// GetOrderDetail: reads an order by its id.
///
/// # Errors
/// Anything but well-formed replies, and rows of another order.
pub async fn order_detail(client: &Client, order_id: &str, deadline: &Deadline) -> Result<Detail, Failure> {
    let query = [("OrderId", order_id.to_owned())];
    let list = List { end: End::AsCounted, read: read_detail, is_absent: is_unknown };
    let (rows, request_id) = all_pages(client, "GetOrderDetail", &query, deadline, &list).await?;
    let is_foreign = |row: &Row| row.order_id.as_deref() != Some(order_id);
    if rows.iter().any(is_foreign) {
        let what = "it has rows of another order".to_owned();
        let error = Error::Malformed { status: 200, request_id: Some(request_id), what };
        return Err(Failure { action: "GetOrderDetail", error, attempts: 1, certainty: Certainty::NotDone });
    }
    Ok(Detail { rows, request_id })
}

/// QueryOrders: the rows of all orders of a product that were made in a period, in seconds since 1970. Without both ends
/// of the period, the service answers the orders of the last hour.
///
/// # Errors
/// Anything but well-formed replies, and more rows than are read.
pub async fn orders_between(
    client: &Client,
    product: &str,
    period: Range<i64>,
    deadline: &Deadline,
) -> Result<Vec<Row>, Failure> {
    let moment = |seconds| {
        let moment = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        moment.to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let query = [
        ("ProductCode", product.to_owned()),
        ("CreateTimeStart", moment(period.start)),
        ("CreateTimeEnd", moment(period.end)),
        ("PageSize", PAGE_SIZE.to_string()),
    ];
    let list = List { end: End::NothingNew, read: read_page, is_absent: |_| false };
    Ok(all_pages(client, "QueryOrders", &query, deadline, &list).await?.0)
}

/// A part of an answer, and the number of rows in the whole list, if the response has it.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    total: Option<usize>,
    request_id: Option<String>,
}

/// When a list is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After a page that brings nothing new.
    NothingNew,
    /// Also where there is no reason to think that there is another page: it is not documented that there are any.
    AsCounted,
}

/// How a list is read.
struct List {
    end: End,
    read: fn(&Reply) -> Result<Page, String>,
    /// Which errors mean that there are no rows.
    is_absent: fn(&ApiError) -> bool,
}

/// All rows, and the id of the last request.
async fn all_pages(
    client: &Client,
    action: &'static str,
    query: &[(&str, String)],
    deadline: &Deadline,
    list: &List,
) -> Result<(Vec<Row>, String), Failure> {
    let mut pages = Pages::of(action);
    for number in 1..=MAX_PAGES {
        // The first page needs no number, and GetOrderDetail does not document that it takes one.
        let number = (number > 1).then(|| ("PageNum", number.to_string()));
        let request = Request::rpc(Product::Billing, action, query.iter().cloned().chain(number));
        let nothing = |error: &ApiError| {
            (list.is_absent)(error).then(|| Page { request_id: Some(error.request_id.clone()), ..Page::default() })
        };
        let Page { rows, total, request_id } = client.call_or(&request, deadline, list.read, nothing).await?;
        let is_short = rows.len() < PAGE_SIZE;
        let is_new = pages.add(rows, total);
        let is_whole = list.end == End::AsCounted && (pages.is_counted() || (is_short && pages.is_beyond_count()));
        if !is_new || is_whole {
            return Ok((pages.complete()?, request_id.unwrap_or_default()));
        }
    }
    Err(pages.endless())
}

/// A page of GetOrderDetail, which may leave out the data of an order that it does not know, or give them without anything
/// in them.
pub(super) fn read_detail(reply: &Reply) -> Result<Page, String> {
    let is_plain = |(name, json): (&String, &Json)| match name.as_str() {
        "Success" => reply::flag(json).is_none_or(|success| success),
        "Code" => reply::is_success_code(json),
        _ => true,
    };
    let says_nothing = reply.body.get("Data").is_none_or(reply::says_nothing);
    let is_plain = reply.body.as_object().is_some_and(|fields| fields.iter().all(is_plain));
    if says_nothing && is_plain && reply.request_id.is_some() {
        Ok(Page { request_id: reply.request_id.clone(), ..Page::default() })
    } else {
        read_page(reply)
    }
}

/// Whether GetOrderDetail says by an error that there is no such order: one in a success, that says nothing. What fails
/// with another HTTP status may be billing itself.
fn is_unknown(error: &ApiError) -> bool {
    (200..300).contains(&error.status) && error.is_absent() && !error.request_id.is_empty()
}

pub(super) fn read_page(reply: &Reply) -> Result<Page, String> {
    let data = reply.body.get("Data").filter(|data| data.is_object()).ok_or_else(|| "it has no Data".to_owned())?;
    let rows = reply::whole_list(data, "OrderList")?;
    let rows: Result<Vec<Row>, _> = rows.iter().map(Row::deserialize).collect();
    let rows = rows.map_err(|_| "it has a row that is none".to_owned())?;
    if rows.iter().any(|row| row.order_id.is_none()) {
        return Err("it has a row without an OrderId".to_owned());
    }
    // What says that there is nothing must be a whole reply of the service.
    if rows.is_empty() && reply.request_id.is_none() {
        return Err("it has neither rows nor a RequestId".to_owned());
    }
    let total = reply::count(data);
    Ok(Page { rows, total, request_id: reply.request_id.clone() })
}
