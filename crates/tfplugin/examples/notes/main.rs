//! A provider that keeps notes in files. The README shows it.

include!("provider.rs");
