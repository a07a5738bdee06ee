//! The page people land on: made-up figures that are always the same.
use super::super::knobs::Knobs;
use super::super::visitor::Visitor;
use super::frame::{self, Page};
use super::lead;
use maud::{Markup, html};

const FIGURES: [(&str, &str, &str, bool); 4] = [
    ("Sessions", "48,217", "+6.2 %", true),
    ("Weekly active people", "9,604", "+2.8 %", true),
    ("Conversion to trial", "4.1 %", "−0.3 %", false),
    ("Median time on page", "1 m 52 s", "+4.0 %", true),
];

const DAYS: [(&str, u32); 14] = [
    ("9 Nov", 54),
    ("10 Nov", 71),
    ("11 Nov", 76),
    ("12 Nov", 69),
    ("13 Nov", 80),
    ("14 Nov", 41),
    ("15 Nov", 37),
    ("16 Nov", 62),
    ("17 Nov", 83),
    ("18 Nov", 88),
    ("19 Nov", 79),
    ("20 Nov", 92),
    ("21 Nov", 47),
    ("22 Nov", 43),
];

const REPORTS: [(&str, &str, &str); 4] = [
    ("Checkout funnel", "Anna Meier", "2 hours ago"),
    ("Activation by channel", "Michael Chen", "yesterday"),
    ("Feature adoption: exports", "Zoë Müller-Łukasz", "3 days ago"),
    ("Weekly product review", "Grace Whitfield", "last week"),
];

/// The dashboard.
pub(super) fn page(visitor: &Visitor, knobs: &Knobs) -> Markup {
    let body = html! {
        (lead("Dashboard", "The last fourteen days at a glance."))
        div.figures {
            @for (name, value, change, better) in FIGURES {
                section.card { p.quiet { (name) } p.figure { (value) } p.change.better[better] { (change) span { " on the week before" } } }
            }
        }
        div.halves {
            section.card {
                h2 { "Sessions per day" }
                svg.chart viewBox="0 0 420 170" role="img" aria-label="Bar chart of sessions per day" {
                    @for line in 1..=3_u32 { path.rule d={ "M0 " (line * 36) "H420" } {} }
                    @for ((day, height), at) in DAYS.into_iter().zip((4_u32..).step_by(30)) {
                        rect x=(at) y=(145 - height * 3 / 2) width="20" height=(height * 3 / 2) rx="4" { title { (day) } }
                        @if (at - 4) % 90 == 0 { text x=(at + 10) y="163" { (day) } }
                    }
                }
            }
            section.card {
                h2 { "Recent reports" }
                ul.reports { @for (name, by, when) in REPORTS { li { strong { (name) } span.quiet { (by) ", " (when) } } } }
            }
        }
    };
    frame::full(&Page { title: "Dashboard", path: "/app/dashboard", visitor, knobs }, &body)
}
