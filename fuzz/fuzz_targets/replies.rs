//! Replies of the service: any bytes are judged without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use alicloud::{
    market::Described,
    reply::{RawReply, Reply},
};

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let raw = RawReply { status, retry_after: None, body: body.to_vec() };
    if let Ok((request_id, body)) = raw.judge(&["secret"]) {
        let reply = Reply { status, request_id, body, server_time: None };
        if let Ok(Described::Found(order)) = Described::read(&reply, "1") {
            order.components();
        }
    }
});
