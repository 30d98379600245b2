//! Replies of the service: any bytes are judged and read by every operation, and no message quotes a secret.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| alicloud::fuzzing::replies(input));
