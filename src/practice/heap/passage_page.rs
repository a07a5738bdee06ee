//! The pages between the password and the app.
use super::super::passage::{Passage, Step};
use super::form::Form;
use super::{frame, icon};
use maud::{Markup, html};

fn form<'a>(passage: &'a Passage, action: &'a str, said: Option<&'a str>) -> Form<'a> {
    Form { action, csrf: &passage.csrf, said }
}

/// A page that only a person gets past.
pub(super) fn captcha(passage: &Passage, said: Option<&str>) -> Markup {
    let fields =
        html! { label.tickbox { input type="checkbox" name="human" value="yes"; span { "I am human" } } };
    let body = html! {
        h1 { "Are you human?" }
        p.quiet { "Complete the CAPTCHA to continue" }
        (form(passage, "/login/captcha", said).with(&fields, "Continue"))
    };
    frame::waiting("Are you human?", Step::Captcha.name(), &body)
}

/// The one-time code.
pub(super) fn code(passage: &Passage, said: Option<&str>) -> Markup {
    let fields = html! {
        div.field {
            label for="code" { "Authentication code" }
            input.code id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="9" autofocus;
        }
    };
    let body = html! {
        h1 { "Two-factor authentication" }
        p.quiet { "Enter the code that your authenticator app shows." }
        (form(passage, "/login/code", said).with(&fields, "Verify"))
    };
    frame::bare("Two-factor authentication", &body)
}

/// Waiting for the phone.
pub(super) fn approval(passage: &Passage) -> Markup {
    let body = html! {
        h1 { "Check your phone" }
        div.waiting role="status" { span.spinner aria-hidden="true" {} span { "Approve the sign-in on your phone" } }
        p.quiet { "We sent a notification to the phone of " strong.whose { (passage.account) } ". This page goes on by itself." }
    };
    frame::waiting("Check your phone", Step::Approval.name(), &body)
}

/// `Stay signed in?`
pub(super) fn stay(passage: &Passage, said: Option<&str>) -> Markup {
    let content = html! {
        label.tickbox { input type="checkbox" name="always" value="yes"; span { "Don't show this again" } }
        div.choices {
            button.button type="submit" name="stay" value="no" { "No" }
            button.button.primary type="submit" name="stay" value="yes" { "Yes" }
        }
    };
    let body = html! {
        h1 { "Stay signed in?" }
        p.quiet { "You are asked to sign in less often on this browser." }
        (form(passage, "/login/stay", said).round(&content))
    };
    frame::bare("Stay signed in?", &body)
}

/// The accounts there are to choose from.
pub(super) fn account(tenant: &str) -> Markup {
    let body = html! {
        h1 { "Choose an account" }
        p.quiet { "You have access to more than one." }
        ul.accounts {
            li { a href="/login/account/main" { (icon::building()) span { (tenant) } } }
            li { a href="/login/account/sandbox" { (icon::building()) span { (tenant) " Sandbox" } } }
        }
    };
    frame::bare("Choose an account", &body)
}
