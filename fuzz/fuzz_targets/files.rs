//! States, plans, the backend's file, the journal and command lines: any bytes are read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| terraform_provider_alicloud::fuzzing::files(input));
