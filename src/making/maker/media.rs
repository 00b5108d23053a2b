//! Media files: found, refused or opened.

use super::Making;
use crate::edition::resource::{MediaFields, Resource};
use crate::edition::route::Route;
use crate::edition::version::Version;
use crate::edition::{Edition, MediaState};
use crate::making::made::Made;
use crate::making::open_file::OpenFile;
use crate::newsroom::media::{hex8, is_shown_inline, without_hash};
use crate::source;
use crate::source::media::{self, OpenMedia};
use crate::text::causes::joined;
use http::StatusCode;
use std::sync::Arc;

impl Making<'_> {
    /// A file as it is called, or with a hash before its extension; another hash redirects to the present one.
    pub(super) fn media(&self, path: &str) -> Made {
        if let Some(made) = self.media_as_called(path, None) {
            return made;
        }
        let hashed = without_hash(path);
        let made = hashed.and_then(|(path, hash)| self.media_as_called(&path, Some(hash)));
        made.unwrap_or(Made::Nothing(StatusCode::NOT_FOUND, Route::Media))
    }

    fn media_as_called(&self, path: &str, hash: Option<&str>) -> Option<Made> {
        let (edition, now) = (self.edition, self.now);
        if let Err(refusal) = admitted(edition, path) {
            return refusal;
        }
        let open = match self.maker.media.open(&self.maker.folder.load(), path, now) {
            Ok(open) => open?,
            Err(source) => {
                let error = source::Error::File {
                    file: format!("{}/{path}", source::MEDIA_FOLDER),
                    source,
                };
                tracing::error!("{}", joined(&error));
                return Some(Made::Nothing(StatusCode::SERVICE_UNAVAILABLE, Route::Media));
            }
        };
        // A link shows no more than the file that it leads to.
        if let Err(refusal) = admitted(edition, &open.target) {
            return refusal;
        }
        let present = open.known.hash.as_ref().map(hex8);
        if let Some(hash) = hash.filter(|hash| present.as_deref() != Some(*hash)) {
            // A file without a hash never was under such a name.
            let is_hashed = present.is_some() && hash.len() == 8;
            let url = edition
                .newsroom
                .site()
                .base_url
                .join(&open.known.url_path());
            return is_hashed.then_some(Made::Redirect(url));
        }
        Some(file(open, hash.is_some(), now))
    }
}

/// Whether a file may be sent; else what is made instead, where the answer may tell that there is anything.
fn admitted(edition: &Edition, path: &str) -> Result<(), Option<Made>> {
    match edition.media_state(path) {
        MediaState::Served => Ok(()),
        MediaState::Hidden => Err(None),
        MediaState::Gone => Err(Some(Made::Nothing(StatusCode::GONE, Route::Media))),
    }
}

fn file(open: OpenMedia, named_by_hash: bool, now: i64) -> Made {
    let media_type = open.known.media_type();
    let name = open.known.path.rsplit('/').next().unwrap_or_default();
    let last_modified = Some(open.record.changed_at).filter(|at| *at <= now);
    let resource = Resource::media(MediaFields {
        media_type,
        version: Version::known(media::tag(&open.record), last_modified),
        length: open.known.length,
        named_by_hash,
        is_inline: is_shown_inline(media_type),
        file_name: name.to_owned(),
    });
    let file = OpenFile {
        file: open.file,
        stamp: open.record.stamp,
    };
    Made::File(Arc::new(resource), file)
}
