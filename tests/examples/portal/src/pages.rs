use maud::{DOCTYPE, Markup, html};

use crate::customers::CUSTOMERS;
use crate::logins::Login;
use crate::portal::Portal;
use crate::vault::Problem;

pub(crate) const LOGO: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
    viewBox='0 0 64 64'%3E%3Crect width='64' height='64' rx='14' fill='%233f4fc4'/%3E\
    %3Cg fill='white'%3E%3Cellipse cx='32' cy='19' rx='7' ry='11'/%3E\
    %3Cellipse cx='32' cy='19' rx='7' ry='11' transform='rotate(72 32 33)'/%3E\
    %3Cellipse cx='32' cy='19' rx='7' ry='11' transform='rotate(144 32 33)'/%3E\
    %3Cellipse cx='32' cy='19' rx='7' ry='11' transform='rotate(216 32 33)'/%3E\
    %3Cellipse cx='32' cy='19' rx='7' ry='11' transform='rotate(288 32 33)'/%3E%3C/g%3E\
    %3Ccircle cx='32' cy='33' r='6' fill='%23f5b83d'/%3E%3C/svg%3E";

/// What the dashboard says above everything else.
#[derive(Debug)]
pub(crate) enum Notice {
    Returned,
    Problem(Problem),
}

pub(crate) async fn login() -> Markup {
    page(
        "Log in",
        false,
        html! {
            main.login {
                h1 { img.logo src=(LOGO) alt=""; "Larkspur" }
                p { "Bookkeeping for small shops. This is an example: choose whom to be." }
                form method="post" action="/login" {
                    @for customer in &CUSTOMERS {
                        button.customer name="customer" value=(customer.id) {
                            img.face src=(customer.face()) alt="";
                            span { strong { (customer.person) } (customer.company) }
                        }
                    }
                }
            }
        },
    )
}

pub(crate) fn dashboard(portal: &Portal, login: &Login, notice: Option<&Notice>) -> Markup {
    let customer = login.customer;
    let is_embeddable = portal.front_end.is_some();
    let csrf = html! { input type="hidden" name="csrf" value=(login.csrf); };
    page(
        "Dashboard",
        is_embeddable,
        html! {
            header {
                a.brand href="/" { img.logo src=(LOGO) alt=""; "Larkspur" }
                img.face src=(customer.face()) alt="";
                span.who { strong { (customer.person) } (customer.company) }
                form method="post" action="/logout" { (csrf) button.quiet { "Log out" } }
            }
            main {
                h1 { "Hello, " (customer.first_name()) }
                div #notice role="status" tabindex="-1" {
                    @match notice {
                        Some(Notice::Problem(problem)) => div.notice.problem {
                            strong { (problem.title) } p { (problem.advice) }
                        },
                        Some(Notice::Returned) => div.notice {
                            strong { "Welcome back" } p { "What you changed in your integrations is saved." }
                        },
                        None => {}
                    }
                }
                section.figures {
                    @for (name, figure) in customer.figures {
                        div.card { span { (name) } strong { (figure) } }
                    }
                }
                section.card.integrations {
                    div {
                        h2 { "Integrations" }
                        p { "Connect your CRM and your accounting, and " (customer.company)
                            "’s invoices keep themselves up to date." }
                    }
                    form #manage method="post" action="/vault/session" {
                        (csrf)
                        button { "Manage integrations" }
                        @if is_embeddable {
                            button.quiet name="hosted" value="yes" { "Open on a page of its own" }
                        }
                    }
                }
            }
            div #vault {}
        },
    )
}

fn page(title: &str, has_script: bool, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Larkspur" }
                link rel="icon" href=(LOGO);
                @if has_script {
                    link rel="stylesheet" href="/vault.css";
                    script type="module" src="/vault.js" {}
                }
                link rel="stylesheet" href="/portal.css";
            }
            body { (body) }
        }
    }
}
