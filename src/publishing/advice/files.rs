//! The files that an item shows and offers: whether their bytes are what their names say, and pictures that are too large.

use crate::edition::dead::Linking;
use crate::feed::content;
use crate::newsroom::item::MediaSource;
use crate::newsroom::media::{MediaFile, UNKNOWN_TYPE, media_type};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::signature;
use std::collections::BTreeSet;

/// The largest picture that pages and feeds show whole without a word, in bytes, and in pixels on a side.
const PICTURE_BYTES_MAX: u64 = 1024 * 1024;
const PICTURE_PIXELS_MAX: u32 = 2_400;

/// Looks at the files of one item, whose text is at hand for the places of what is found. `head` gives the first bytes
/// of a file.
pub(super) fn of_item(
    linking: &Linking<'_>,
    text: &str,
    head: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Vec<Problem> {
    let file = linking.entry.file.to_string();
    let warning = |path: &str, message: String, hint: String| {
        let problem = Problem::of_file(Severity::Warning, file.clone(), message).hint(hint);
        match text.find(path) {
            Some(start) => problem.at(text, &(start..start + path.len())),
            None => problem,
        }
    };
    let mut problems = Vec::new();
    for (path, said) in declared(linking) {
        if let Some(bytes) = head(&path).as_deref().and_then(signature::type_of)
            && !signature::may_be(bytes, &said)
        {
            let message = format!("`type = \"{said}\"` is not what `media/{path}` is: {bytes}");
            let hint = format!("write `type = \"{bytes}\"`, or leave it out");
            problems.push(warning(&path, message, hint));
        }
    }
    let shown = shown(linking);
    let mut named: Vec<&MediaFile> = linking.found.values().collect();
    named.sort_by(|a, b| a.path.cmp(&b.path));
    for known in named {
        let bytes = head(&known.path).as_deref().and_then(signature::type_of);
        let is_shown = shown.contains(&known.path);
        let found = contradiction(known, bytes, is_shown)
            .or_else(|| is_shown.then(|| too_large(known)).flatten());
        problems.extend(found.map(|(message, hint)| warning(&known.path, message, hint)));
    }
    problems
}

/// The types that an item writes of its files.
fn declared(linking: &Linking<'_>) -> Vec<(String, String)> {
    let images = linking.item.images.iter();
    let images = images.map(|image| (&image.src, &image.media_type));
    let files = linking.item.attachments.iter();
    let files = files.map(|file| (&file.src, &file.media_type));
    let both = images.chain(files);
    both.filter_map(|(src, said)| match (src, said) {
        (MediaSource::File(path), Some(said)) => Some((path.clone(), said.clone())),
        (MediaSource::File(_) | MediaSource::Url(_), _) => None,
    })
    .collect()
}

/// The files that an item shows as pictures.
fn shown(linking: &Linking<'_>) -> BTreeSet<String> {
    let images = linking.item.images.iter();
    let images = images.filter_map(|image| match &image.src {
        MediaSource::File(path) => Some(path.clone()),
        MediaSource::Url(_) => None,
    });
    let site = linking.newsroom.site();
    images
        .chain(content::embedded_media(&linking.item.body, site))
        .collect()
}

/// What is wrong with a file that is not what its name says, or no picture where one is shown.
fn contradiction(
    known: &MediaFile,
    bytes: Option<&'static str>,
    is_shown: bool,
) -> Option<(String, String)> {
    let path = &known.path;
    let lower = path.to_ascii_lowercase();
    let is_heic = [".heic", ".heif"].iter().any(|end| lower.ends_with(end));
    if bytes == Some("image/heic") || is_heic {
        let message =
            format!("`media/{path}` is HEIC, which most browsers and readers cannot show");
        return Some((message, "save it as JPEG, and name that".to_owned()));
    }
    let said = media_type(path);
    match bytes {
        Some(bytes) if said != UNKNOWN_TYPE && !signature::may_be(bytes, said) => {
            let message = format!("`media/{path}` is sent as {said}, and its bytes are {bytes}");
            let hint =
                "give it the ending that it should have, or save it again as what its name says";
            Some((message, hint.to_owned()))
        }
        _ if is_shown && !said.starts_with("image/") && !is_played(said) => {
            let message = format!("`media/{path}` is shown as a picture and is none");
            let hint = "list it in `[[attachments]]`, or name a picture here";
            Some((message, hint.to_owned()))
        }
        _ => None,
    }
}

fn is_played(media_type: &str) -> bool {
    media_type.starts_with("audio/") || media_type.starts_with("video/")
}

/// What is said of a picture that takes readers long to load.
fn too_large(known: &MediaFile) -> Option<(String, String)> {
    let sides = known.size.map(|(width, height)| width.max(height));
    let is_wide = sides.is_some_and(|side| side > PICTURE_PIXELS_MAX);
    if !media_type(&known.path).starts_with("image/")
        || (known.length <= PICTURE_BYTES_MAX && !is_wide)
    {
        return None;
    }
    let pixels = known.size.map_or_else(String::new, |(width, height)| {
        format!("{width} × {height} pixels, ")
    });
    let message = format!(
        "the picture `media/{}` is large ({pixels}{} KiB): lists and phones load it whole",
        known.path,
        known.length.div_ceil(1024)
    );
    let hint = format!(
        "save it with at most {PICTURE_PIXELS_MAX} pixels on a side and 1 MiB; the large one can be linked to"
    );
    Some((message, hint))
}
