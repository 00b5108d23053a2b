//! The choice of a content coding (RFC 9110, section 12.5.3; docs/http.md, “Content codings”).

use crate::edition::representation::{Coding, Representations};
use bytes::Bytes;
use http::header::{self, HeaderMap};

/// A weight in thousandths; `None` where the client says nothing of a coding.
type Weight = Option<u16>;

/// What a client says of each coding that we know.
#[derive(Default)]
struct Wishes {
    zstd: Weight,
    brotli: Weight,
    gzip: Weight,
    identity: Weight,
    any: Weight,
}

/// The best representation for a client, and the value of `Content-Encoding` unless it is not coded. Where
/// `is_negotiated` does not hold, the body goes as it is.
pub fn choose(
    fields: &HeaderMap,
    from: &Representations,
    is_negotiated: bool,
) -> (Option<&'static str>, Bytes) {
    let coding = if is_negotiated {
        best(&Wishes::of(fields), from)
    } else {
        Coding::Identity
    };
    let bytes = from.get(coding).unwrap_or_default();
    (
        Some(coding.name()).filter(|_| coding != Coding::Identity),
        bytes,
    )
}

/// The coding with the highest weight out of those that are ready; of one weight, the first in the server's order.
/// Identity that is not named comes last, and stays even where it is refused: there is no 406.
fn best(wishes: &Wishes, from: &Representations) -> Coding {
    let ready = Coding::ALL
        .into_iter()
        .filter(|coding| from.get(*coding).is_some());
    let weighed =
        ready.filter_map(|coding| wishes.of_coding(coding).map(|weight| (weight, coding)));
    let wanted = weighed.filter(|(weight, _)| *weight > 0);
    // `max_by_key` would take the last of equals.
    wanted
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map_or(Coding::Identity, |(_, coding)| coding)
}

impl Wishes {
    fn of(fields: &HeaderMap) -> Self {
        let mut wishes = Self::default();
        for line in fields.get_all(header::ACCEPT_ENCODING) {
            for member in line.as_bytes().split(|byte| *byte == b',') {
                // A member that is not ASCII names no coding; the others of its line count.
                let ascii = std::str::from_utf8(member)
                    .ok()
                    .filter(|member| member.is_ascii());
                wishes.take(ascii.unwrap_or_default());
            }
        }
        wishes
    }

    fn take(&mut self, member: &str) {
        let (name, parameters) = member
            .split_once(';')
            .map_or((member, None), |(name, rest)| (name, Some(rest)));
        let weight = match parameters {
            None => Some(1000),
            Some(parameters) => weight(parameters),
        };
        let Some(weight) = weight else { return };
        let name = name.trim();
        let named = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if named(&["gzip", "x-gzip"]) {
            self.gzip = Some(weight);
        } else if named(&["br"]) {
            self.brotli = Some(weight);
        } else if named(&["zstd"]) {
            self.zstd = Some(weight);
        } else if named(&["identity"]) {
            self.identity = Some(weight);
        } else if name == "*" {
            self.any = Some(weight);
        }
    }

    /// `*` stands for gzip, which every client that says so has, and not for the newer codings.
    fn of_coding(&self, coding: Coding) -> Weight {
        match coding {
            Coding::Zstd => self.zstd,
            Coding::Brotli => self.brotli,
            Coding::Gzip => self.gzip.or(self.any),
            Coding::Identity => self.identity.or(self.any),
        }
    }
}

/// The weight among a member's parameters, in thousandths; `None` where it breaks the grammar.
fn weight(parameters: &str) -> Weight {
    let (name, value) = parameters.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}
