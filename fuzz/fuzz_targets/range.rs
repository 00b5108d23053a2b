//! Any bytes as the lines of `Range`, for a file of any length: what is sent lies within the file, no byte of it twice,
//! and in few parts (docs/http.md, “Media”).

#![no_main]

use http::{HeaderMap, header};
use libfuzzer_sys::fuzz_target;
use tidings::respond::range::{self, Wanted};
use tidings_fuzz::field_lines;

fuzz_target!(|input: (u64, &[u8])| {
    let (length, bytes) = input;
    let mut fields = HeaderMap::new();
    for line in field_lines(bytes) {
        fields.append(header::RANGE, line);
    }
    let Wanted::Ranges(mut ranges) = range::wanted(&fields, length) else {
        return;
    };
    assert!((1..=16).contains(&ranges.len()), "{ranges:?}");
    ranges.sort_by_key(|range| range.start);
    assert!(ranges.iter().all(|range| !range.is_empty()), "{ranges:?}");
    assert!(ranges.iter().all(|range| range.end <= length), "{ranges:?}");
    let apart = ranges.windows(2).all(|pair| pair[0].end < pair[1].start);
    assert!(apart, "{ranges:?}");
});
