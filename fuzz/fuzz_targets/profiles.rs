//! The shared credentials file: any bytes are read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use alicloud::credentials::profile::ProfileFile;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = ProfileFile::parse(bytes) {
        let _ = file.profile(None);
    }
});
