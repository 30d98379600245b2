//! A provider that keeps notes in memory. The README shows it.

include!("provider.rs");
