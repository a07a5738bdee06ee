//! The little drawings of the pages.
use maud::{Markup, html};

/// Our own mark: a heap of three layers.
pub(super) fn brand() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            rect.layer-1 x="8" y="3" width="8" height="5" rx="2.5" {}
            rect.layer-2 x="5" y="9.5" width="14" height="5" rx="2.5" {}
            rect.layer-3 x="2" y="16" width="20" height="5" rx="2.5" {}
        }
    }
}

fn line(path: &str) -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d=(path) {} } }
}

pub(super) fn building() -> Markup {
    line(
        "M4 21V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v16M16 9h2a2 2 0 0 1 2 2v10M2.5 21h19M8 7.5h4M8 11.5h4M8 15.5h4",
    )
}

pub(super) fn people() -> Markup {
    line(
        "M9 11.5a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5ZM2.5 20.5c.4-3.4 3-5.5 6.5-5.5s6.1 2.1 6.5 5.5M16 4.3a3.75 3.750 0 0 1 0 7M18 15.3c2 .8 3.3 2.6 3.5 5.2",
    )
}

pub(super) fn shield() -> Markup {
    line("M12 3l7.5 2.8v5.7c0 4.6-3.1 7.9-7.5 9.5-4.4-1.6-7.5-4.9-7.5-9.5V5.8L12 3ZM9 12l2.2 2.2L15.3 10")
}

pub(super) fn card() -> Markup {
    line("M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8ZM3 10.5h18M7 15h3")
}

pub(super) fn plus() -> Markup {
    line("M12 5v14M5 12h14")
}

pub(super) fn info() -> Markup {
    line("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.5M12 7.6v.1")
}
