//! The bytes of a resource in each content coding (RFC 9110, section 8.4).

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::{Arc, OnceLock};

/// Shorter bodies are not worth coding (docs/http.md, “Content codings”).
const CODED_BYTES_MIN: usize = 256;

/// A coding that saves less than a twentieth is not offered (docs/http.md, “Content codings”).
const RATIO_MAX: (usize, usize) = (95, 100);

/// A page waits for this coding: level 4 takes two thirds of the time of level 6, for two per cent of size.
const GZIP_LEVEL: u32 = 4;

/// A new version of a feed waits for this one, which takes a third of that time and half as many bytes again. A moment
/// later the next takes its place.
const GZIP_LEVEL_FIRST: u32 = 1;
const GZIP_LEVEL_LAST: u32 = 6;
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW: i32 = 22;
const ZSTD_LEVEL: i32 = 3;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
    /// None.
    Identity,
}

impl Coding {
    /// All of them, in the order in which the server prefers them.
    pub const ALL: [Self; 4] = [Self::Zstd, Self::Brotli, Self::Gzip, Self::Identity];

    /// The name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// One body in every coding that is worth it. Gzip is there from the start; Brotli and Zstandard follow.
#[derive(Debug)]
pub struct Representations {
    identity: Bytes,
    gzip: ArcSwapOption<Bytes>,
    /// Set once gzip is as small as it gets.
    last_gzip: OnceLock<()>,
    brotli: OnceLock<Option<Bytes>>,
    zstd: OnceLock<Option<Bytes>>,
}

impl Representations {
    /// Codes a body with gzip, for good.
    pub fn of(identity: Bytes) -> Self {
        Self {
            last_gzip: OnceLock::from(()),
            ..Self::coded(identity, GZIP_LEVEL)
        }
    }

    /// Codes a body with gzip as fast as that goes, for what is completed next.
    pub fn at_once(identity: Bytes) -> Self {
        Self::coded(identity, GZIP_LEVEL_FIRST)
    }

    fn coded(identity: Bytes, level: u32) -> Self {
        let gzip = worth(&identity, |body| gzip(body, level));
        Self {
            gzip: ArcSwapOption::from(gzip.map(Arc::new)),
            identity,
            last_gzip: OnceLock::new(),
            brotli: OnceLock::new(),
            zstd: OnceLock::new(),
        }
    }

    /// How many bytes it has in the codings that are there from the start.
    pub fn bytes(&self) -> u64 {
        let gzip = self.gzip.load().as_ref().map_or(0, |gzip| gzip.len());
        (self.identity.len() + gzip) as u64
    }

    /// Makes the codings that are missing (docs/http.md, “Content codings”), and gzip as small as it gets: some
    /// milliseconds for a large feed.
    pub fn complete(&self) {
        self.last_gzip.get_or_init(|| {
            // What was there stays where there is nothing better: it may have been chosen for an answer.
            if let Some(small) = worth(&self.identity, |body| gzip(body, GZIP_LEVEL_LAST)) {
                self.gzip.store(Some(Arc::new(small)));
            }
        });
        self.zstd.get_or_init(|| worth(&self.identity, zstd));
        self.brotli.get_or_init(|| worth(&self.identity, brotli));
    }

    /// The bytes in a coding; `None` where it is not ready or not worth it. What is there once stays.
    pub fn get(&self, coding: Coding) -> Option<Bytes> {
        match coding {
            Coding::Identity => Some(self.identity.clone()),
            Coding::Gzip => self.gzip.load().as_deref().cloned(),
            Coding::Brotli => self.brotli.get().cloned().flatten(),
            Coding::Zstd => self.zstd.get().cloned().flatten(),
        }
    }
}

/// Codes a body if that saves enough.
fn worth(identity: &Bytes, code: impl Fn(&[u8]) -> std::io::Result<Vec<u8>>) -> Option<Bytes> {
    if identity.len() < CODED_BYTES_MIN {
        return None;
    }
    // Writing to memory does not fail; a coder that did would cost the coding and nothing else.
    let coded = code(identity).ok()?;
    (coded.len() * RATIO_MAX.1 <= identity.len() * RATIO_MAX.0).then(|| coded.into())
}

/// The header's time is 0: the same body has the same bytes at any time.
fn gzip(body: &[u8], level: u32) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::new(level));
    encoder.write_all(body)?;
    encoder.finish()
}

fn brotli(mut body: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: body.len(),
        ..Default::default()
    };
    let mut coded = Vec::with_capacity(body.len() / 3);
    brotli::BrotliCompress(&mut body, &mut coded, &parameters)?;
    Ok(coded)
}

fn zstd(body: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(body, ZSTD_LEVEL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_new_body_has_gzip_at_once_and_the_rest_when_completed() {
        let body: String = (0..400)
            .map(|number| format!("word {} and another word, ", number * number))
            .collect();
        for representations in [
            Representations::of(Bytes::from(body.clone())),
            Representations::at_once(Bytes::from(body.clone())),
        ] {
            assert!(
                representations.get(Coding::Brotli).is_none()
                    && representations.get(Coding::Zstd).is_none()
            );
            let unzipped = || {
                let mut decoded = String::new();
                let gzip = representations.get(Coding::Gzip).unwrap();
                flate2::read::GzDecoder::new(&gzip[..])
                    .read_to_string(&mut decoded)
                    .unwrap();
                (decoded, gzip.len())
            };
            let (first, length) = unzipped();
            assert_eq!(first, body);
            representations.complete();
            let (last, small) = unzipped();
            assert_eq!(last, body);
            assert!(small <= length, "{small} {length}");
            let mut decoded = Vec::new();
            brotli::BrotliDecompress(
                &mut &representations.get(Coding::Brotli).unwrap()[..],
                &mut decoded,
            )
            .unwrap();
            assert_eq!(decoded, body.as_bytes());
            let zstd = representations.get(Coding::Zstd).unwrap();
            let decoded = zstd::bulk::decompress(&zstd, body.len()).unwrap();
            assert_eq!(decoded, body.as_bytes());
        }
    }

    #[test]
    fn what_is_short_or_does_not_shrink_stays_as_it_is() {
        use sha2::{Digest, Sha256};
        let noise: Vec<u8> = (0u8..128)
            .flat_map(|n| Sha256::digest([n]).to_vec())
            .collect();
        for body in [vec![b'a'; 255], noise] {
            let representations = Representations::of(body.into());
            representations.complete();
            assert!(
                Coding::ALL[..3]
                    .iter()
                    .all(|coding| representations.get(*coding).is_none())
            );
        }
    }
}
