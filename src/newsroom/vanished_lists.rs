//! Lists that had subscribers and are no longer: a section's folder has another name, a language is listed no more.

use crate::newsroom::Newsroom;
use crate::newsroom::place::{Scope, is_label_folder, locate};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::{EVERYTHING, Groups, SETTINGS};

/// What authors should know of the lists that the ledger has seen and that answer with 404 now.
pub fn problems(newsroom: &Newsroom, groups: &Groups) -> Vec<Problem> {
    let site = newsroom.site();
    let is_gone = |folder: &String| {
        let is_list = ![EVERYTHING, SETTINGS].contains(&folder.as_str());
        let places = locate(site, folder);
        let is_place = places.iter().any(|(place, rest)| {
            let is_section = matches!(place.scope, Scope::Section(_));
            rest.is_empty() && (!is_section || newsroom.has_page(place))
        });
        is_list && !is_place && !is_label_folder(folder) && site.redirects.of_path(folder).is_none()
    };
    // What never had an item has no stamp.
    let stamped = groups.iter().filter(|(_, group)| group.changed_at > 0);
    let gone = stamped.map(|(folder, _)| folder);
    let mut gone: Vec<&String> = gone.filter(|folder| is_gone(folder)).collect();
    gone.sort_unstable();
    let problem = |folder: &String| {
        let message = format!("the feeds at `{folder}` were published and are no longer");
        Problem::of_file(Severity::Warning, "site.toml", message).hint(format!(
            "tell where their subscribers are to go: `\"{folder}\" = \"/…/\"` under `[redirects]`"
        ))
    };
    gone.into_iter().map(problem).collect()
}
