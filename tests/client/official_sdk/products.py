"""Calls every operation with the SDK of its product, and prints for each, as JSON: the fields of the answer that the SDK's
models do not know, and the fields that the client reads and the answer does not have."""
import datetime, json, sys
from alibabacloud_tea_openapi.utils_models import Config
from alibabacloud_aiworkspace20210204 import client as aiworkspace, models as pai
from alibabacloud_bssopenapi20171214 import client as bssopenapi, models as bss
from alibabacloud_market20151101 import client as marketplace, models as market
from alibabacloud_sts20150401 import client as security_tokens, models as sts

host, key, secret = sys.argv[1:4]
answers = []

def connect(module):
    config = Config(access_key_id=key, access_key_secret=secret, endpoint=host, protocol="http", region_id="cn-hangzhou")
    client = module.Client(config)

    def recorded(send):
        def recording(*arguments, **named):
            answer = send(*arguments, **named)
            answers.append(json.loads(json.dumps(answer["body"])))
            return answer
        return recording

    # What is signed goes one way, and what is not the other.
    client.call_api = recorded(client.call_api)
    client.do_rpcrequest = recorded(client.do_rpcrequest)
    return client

def unknown(answer, model, path=""):
    """The paths of an answer that the model does not bring back with the same value."""
    if isinstance(answer, dict):
        if not isinstance(model, dict):
            return [path]
        return [found for name, value in answer.items() for found in unknown(value, model.get(name), f"{path}.{name}")]
    if isinstance(answer, list):
        if not isinstance(model, list) or len(answer) != len(model):
            return [path]
        return [found for at, value in enumerate(answer) for found in unknown(value, model[at], f"{path}[{at}]")]
    return [] if answer == model else [path]

def lacks(answer, path):
    for name in path.split("."):
        if isinstance(answer, list):
            answer = answer[0] if answer else {}
        if name not in answer:
            return True
        answer = answer[name]
    return False

def compare(operation, call, *read):
    """Each field in `read` is one that the client of the provider reads."""
    answers.clear()
    body = call().body
    answer = answers[-1]
    missing = [path for path in read if lacks(answer, path)]
    print(json.dumps({"operation": operation, "unknown": unknown(answer, body.to_map()), "missing": missing}))
    return body

client = connect(marketplace)
commodity = {
    "components": {"package_version": "yuncode2713600001"}, "couponId": "", "duration": 1, "pricingCycle": "Month",
    "productCode": "cmapi033136", "quantity": 1, "skuCode": "cmapi033136-prepay",
}
order = compare("CreateOrder", lambda: client.create_order(market.CreateOrderRequest(
    client_token="token", commodity=json.dumps(commodity), order_type="INSTANCE_BUY", payment_type="AUTO",
)), "OrderId", "RequestId")
compare(
    "DescribeOrder", lambda: client.describe_order(market.DescribeOrderRequest(order_id=order.order_id)),
    "OrderId", "AliUid", "ProductCode", "ProductName", "ProductSkuCode", "SupplierCompanyName", "OrderStatus", "PayStatus",
    "OrderType", "PeriodType", "Quantity", "OriginalPrice", "TotalPrice", "PaymentPrice", "CouponPrice", "CreatedOn",
    "PaidOn", "InstanceIds.InstanceId", "Components.package_version.value", "Components.ord_time.value",
)
priced = dict(commodity, skuCode="prepay")
compare("DescribePrice", lambda: client.describe_price(market.DescribePriceRequest(
    commodity=json.dumps(priced), order_type="INSTANCE_BUY",
)), "ProductCode", "OriginalPrice", "TradePrice", "DiscountPrice", "Currency", "ExpressionCode", "ExpressionMessage",
    *(f"Coupons.Coupon.{name}" for name in (
        "CouponOptionNo", "CouponOptionCode", "CouponName", "CouponDesc", "CanPromFee")),
    *(f"PromotionRules.PromotionRule.{name}" for name in ("RuleId", "Name", "Title")))
INSTANCE = ("InstanceId", "ProductCode", "ProductSkuCode", "ProductType", "Status", "CreatedOn", "BeganOn", "EndOn", "OrderId")
compare("DescribeInstances", lambda: client.describe_instances(market.DescribeInstancesRequest(
    codes="cmapi033136", page_number=1, page_size=10,
)), "TotalCount", *(f"InstanceItems.InstanceItem.{name}" for name in INSTANCE))

instance = order.instance_ids.instance_id[0]
compare("DescribeInstance", lambda: client.describe_instance(market.DescribeInstanceRequest(instance_id=instance)),
        "AutoRenewal", "ComponentJson", *INSTANCE)
compare("AutoRenewInstance", lambda: client.auto_renew_instance(market.AutoRenewInstanceRequest(
    order_biz_id=int(instance), type="open", auto_renew_cycle="Month", auto_renew_duration=1,
)), "Success", "Data", "RequestId")
found = compare("DescribeProducts", lambda: client.describe_products(market.DescribeProductsRequest(
    page_number=1, page_size=50, search_term="product",
    filter=[market.DescribeProductsRequestFilter(key="productType", value="MIRROR"),
            market.DescribeProductsRequestFilter(key="sort", value="created_on-desc")],
)), "TotalCount", *(f"ProductItems.ProductItem.{name}" for name in (
    "Code", "Name", "CategoryId", "SupplierId", "SupplierName", "ShortDescription", "Tags", "SuggestedPrice", "TargetUrl",
    "ImageUrl", "Score", "OperationSystem", "WarrantyDate", "DeliveryDate", "DeliveryWay")))
# The SDK names the filters as the mock knows them.
assert found.total_count == 200 and found.product_items.product_item[0].code == "cmjj100997", found
chosen = "ProductSkus.ProductSku.Modules.Module"
compare("DescribeProduct", lambda: client.describe_product(market.DescribeProductRequest(code="cmjj100997")),
        "Code", "Name", "Description", "ProductSkus.ProductSku.Code", "ProductSkus.ProductSku.Name", f"{chosen}.Code",
        *(f"{chosen}.Properties.Property.{name}" for name in (
            "Key", "PropertyValues.PropertyValue.Value", "PropertyValues.PropertyValue.DisplayName")))

client = connect(aiworkspace)
products = [
    pai.CreateProductOrdersRequestProducts(
        auto_renew=True, product_code="DataWorks_share", charge_type="POSTPAY", order_type="BUY", pricing_cycle="Month",
        duration=1, instance_properties=[pai.CreateProductOrdersRequestProductsInstanceProperties(
            code="region", name="Region", value="cn-shanghai")],
    ),
]
bought = compare("CreateProductOrders", lambda: client.create_product_orders(
    pai.CreateProductOrdersRequest(auto_pay=True, products=products),
), "OrderId", "Message", "BuyProductRequestId", "ProductIds")
compare("ListProducts", lambda: client.list_products(
    pai.ListProductsRequest(product_codes="DataWorks_share,PAI_share", verbose=True),
), *(f"Products.{name}" for name in (
    "ProductCode", "IsPurchased", "HasPermissionToPurchase", "ProductId", "PurchaseUrl")))

client = connect(bssopenapi)
rows = "Data.OrderList.Order"
listed = [
    f"{rows}.{name}" for name in (
        "OrderId", "ProductCode", "ProductType", "CommodityCode", "OrderType", "SubscriptionType", "PaymentStatus",
        "CreateTime", "PaymentTime", "Currency", "PretaxAmount",
    )
] + ["Data.TotalCount"]
compare("GetOrderDetail", lambda: client.get_order_detail(bss.GetOrderDetailRequest(order_id=bought.order_id)),
        *listed, f"{rows}.SubOrderId", f"{rows}.Region", f"{rows}.InstanceIDs")
day = datetime.timedelta(days=1)
moment = lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ")
now = datetime.datetime.now(datetime.timezone.utc)
compare("QueryOrders", lambda: client.query_orders(bss.QueryOrdersRequest(
    product_code="dide", create_time_start=moment(now - day), create_time_end=moment(now + day), page_num=1, page_size=20,
)), *listed)

compare("QueryAccountBalance", client.query_account_balance, "Data.AvailableAmount", "Data.Currency")

client = connect(security_tokens)
keys = [f"Credentials.{name}" for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration")]
compare("GetCallerIdentity", client.get_caller_identity, "AccountId", "PrincipalId", "Arn", "IdentityType")
compare("AssumeRole", lambda: client.assume_role(sts.AssumeRoleRequest(
    role_arn="acs:ram::1:role/buyer", role_session_name="test", duration_seconds=3600)), *keys)
compare("AssumeRoleWithOIDC", lambda: client.assume_role_with_oidc(sts.AssumeRoleWithOIDCRequest(
    role_arn="acs:ram::1:role/buyer", role_session_name="test", duration_seconds=3600,
    oidcprovider_arn="acs:ram::1:oidc-provider/ci", oidctoken="token")), *keys)
