//! The shared credentials file, and what services on the machine answer: any bytes are read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| alicloud::fuzzing::profiles(input));
