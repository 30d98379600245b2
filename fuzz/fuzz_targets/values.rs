//! The value codecs: any bytes are read or refused, and what is read comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| tfplugin::fuzzing::values(input));
