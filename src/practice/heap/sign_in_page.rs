//! The sign-in pages: one form, or one page after the other, or a way to somewhere else.
use super::form::Form;
use super::frame;
use maud::{Markup, html};

/// What a sign-in page shows.
pub(super) struct Shown<'a> {
    pub(super) tenant: &'a str,
    pub(super) form: Form<'a>,
    pub(super) email: &'a str,
    /// Whether the browser's session ended by itself.
    pub(super) expired: bool,
}

impl Shown<'_> {
    /// E-mail address and password on one page.
    pub(super) fn whole(&self) -> Markup {
        let (email, form) = (self.email, &self.form);
        let fields = html! {
            div.field {
                label for="email" { "Email" }
                input id="email" name="email" type="email" autocomplete="username" value=(email) autofocus[email.is_empty()];
            }
            div.field {
                label for="password" { "Password" }
                input id="password" name="password" type="password" autocomplete="current-password" autofocus[!email.is_empty()];
            }
        };
        page(
            &html! { p.quiet { "Welcome back to " strong { (self.tenant) } "." } (self.over()) (form.with(&fields, "Log in")) },
        )
    }

    /// The e-mail address alone.
    pub(super) fn email_alone(&self) -> Markup {
        let fields = html! {
            div.field {
                label for="email" { "Email" }
                input id="email" name="email" type="email" autocomplete="username" value=(self.email) autofocus;
            }
        };
        page(
            &html! { p.quiet { "Welcome back to " strong { (self.tenant) } "." } (self.over()) (self.form.with(&fields, "Continue")) },
        )
    }

    /// The password of an e-mail address that was given before; `back` is where another one can be given.
    pub(super) fn password_alone(&self, back: &str) -> Markup {
        let fields = html! {
            input type="hidden" name="email" value=(self.email);
            div.field {
                label for="password" { "Password" }
                input id="password" name="password" type="password" autocomplete="current-password" autofocus;
            }
        };
        page(&html! {
            p.quiet { "As " strong.whose data-testid="given-email" { (self.email) } ". " a href=(back) { "Use another account" } }
            (self.form.with(&fields, "Log in"))
        })
    }

    /// The way to the identity provider.
    pub(super) fn elsewhere(&self, provider: &str) -> Markup {
        page(&html! {
            p.quiet { strong { (self.tenant) } " signs in with its identity provider." }
            (self.over())
            div.fields { a.button.primary.block href=(provider) { "Continue with single sign-on" } }
        })
    }

    fn over(&self) -> Markup {
        html! { @if self.expired { p.notice.ended role="status" { "Your session has expired. Please log in again." } } }
    }
}

fn page(content: &Markup) -> Markup {
    frame::bare("Log in", &html! { h1 { "Log in" } (content) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::heap::whither::Whither;

    #[test]
    fn what_people_typed_stays_text() {
        let to = Whither { redirect: Some("/app?a=\"><b>".into()) };
        let form = Form { action: &to.on("/login"), csrf: "t", said: Some("no") };
        let shown = Shown { tenant: "A & B", form, email: "\"><script>", expired: false };
        let page = shown.whole().into_string();
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""));
        assert!(page.contains("/login?redirect=%2Fapp%3Fa%3D%22%3E%3Cb%3E\""));
        assert!(page.contains("A &amp; B"));
        assert!(!shown.password_alone("/login").into_string().contains("<script>"));
    }
}
