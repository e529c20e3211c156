//! Fresh things to act on, one for each cell: an act on one changes nothing for the next.

use super::world::{County, done, invite, make, place, quoted};
use crate::support::{Caller, PASSWORD};

impl County {
    /// What a name in an act stands for: something made for this cell alone, or else what everybody knows.
    pub async fn subject(&self, name: &str, column: &str) -> String {
        match self.fresh(name, column).await {
            Some(fresh) => quoted(&fresh),
            None => self.known(name, column).unwrap_or_else(|| {
                panic!(
                    "nothing is called ${name}: furniture.rs and subjects.rs make what has a name"
                )
            }),
        }
    }

    async fn fresh(&self, name: &str, column: &str) -> Option<String> {
        if let Some(id) = self.at_a_point(name).await {
            return Some(id);
        }
        if let Some(id) = self.talk(name).await {
            return Some(id);
        }
        if let Some(id) = self.told_by_somebody(name).await {
            return Some(id);
        }
        if let Some(id) = self.gathering(name, column).await {
            return Some(id);
        }
        let number = self.number();
        Some(match name {
            "code" => format!("code-{number}"),
            "email" => format!("somebody.{number}@example.org"),
            "knownEmail" => self.poster.email.clone(),
            "password" => PASSWORD.into(),
            "guestToken" => self.guest_link().await,
            "guestPlace" => self.guest_place().await,
            "addressToken" => {
                let anonymous = self.caller(column).id.is_none();
                let who = if anonymous {
                    self.owner()
                } else {
                    self.caller(column)
                };
                self.address_link(who).await
            }
            "refreshToken" => self.refresh_token().await,
            "published" => self.listing(&self.poster, "publish: true", None).await,
            "draft" => self.listing(&self.poster, "", None).await,
            "ownDraft" => self.listing(self.caller(column), "", None).await,
            "paused" => {
                self.listing(&self.poster, "publish: true", Some("pauseListing"))
                    .await
            }
            "closed" => {
                self.listing(&self.poster, "publish: true", Some("closeListing"))
                    .await
            }
            "somebody" => self.guest().await.id?,
            "application" => self.application().await,
            "membership" => self.member("MEMBER").await,
            "ownerMembership" => self.member("OWNER").await,
            "invitation" => self.invitation().await.0,
            "token" => self.elsewhere().await,
            "held" => self.held(column).await,
            "draftEdition" => self.draft_edition().await,
            _ => return None,
        })
    }

    async fn guest(&self) -> Caller {
        self.world.person(&format!("Guest {}", self.number())).await
    }

    async fn refresh_token(&self) -> String {
        let sign_in = format!(
            "signIn(input: {{email: {:?}, password: {PASSWORD:?}}}) {{ refreshToken userErrors {{ code }} }}",
            self.poster.email
        );
        done(&self.world.stranger(), &sign_in)
            .await
            .text("act.refreshToken")
    }

    async fn listing(&self, by: &Caller, more: &str, then: Option<&str>) -> String {
        let id = self.post(by, "Offer", "organisation", more).await;
        if let Some(act) = then {
            let reason = if act == "closeListing" {
                ", reason: WITHDRAWN"
            } else {
                ""
            };
            done(
                by,
                &format!("{act}(input: {{id: {id:?}{reason}}}) {{ userErrors {{ code }} }}"),
            )
            .await;
        }
        id
    }

    async fn application(&self) -> String {
        let elm = self.named("organisation");
        let ask = format!("requestToJoin(input: {{organisationId: {elm}}})");
        make(&self.guest().await, &ask, "membership").await
    }

    async fn member(&self, role: &str) -> String {
        let elm = self.named("organisation");
        let name = format!("Guest {}", self.number());
        let elm = elm.trim_matches('"');
        place(&self.owner().joined_by(&self.world, elm, &name, role).await).await
    }

    async fn invitation(&self) -> (String, String) {
        invite(self.owner(), &self.named("organisation"), "MEMBER").await
    }

    /// The token of an invitation to an organisation that is in no column.
    async fn elsewhere(&self) -> String {
        let name = format!("Holly House {}", self.number());
        let organisation = self.founder.organisation(&name).await;
        invite(&self.founder, &quoted(&organisation), "MEMBER")
            .await
            .1
    }

    /// An organisation in which whoever stands in the column has the role that the column says, if it says one.
    async fn held(&self, column: &str) -> String {
        let name = format!("Hazel Hall {}", self.number());
        let organisation = self.founder.organisation(&name).await;
        let role = column.to_uppercase();
        if ["OBSERVER", "MEMBER", "EDITOR", "MANAGER", "OWNER"].contains(&role.as_str()) {
            let (_, token) = invite(&self.founder, &quoted(&organisation), &role).await;
            let accept = format!(
                "acceptInvitation(input: {{token: {token:?}}}) {{ userErrors {{ code }} }}"
            );
            done(self.caller(column), &accept).await;
        }
        organisation
    }

    /// The code of a draft of the priorities, in which there is one area, `first`.
    async fn draft_edition(&self) -> String {
        let code = format!("draft-{}", self.number());
        let admin = self.admin();
        let create = format!(
            "createPriorityEdition(input: {{code: {code:?}, title: \"A draft\"}}) {{ userErrors {{ code }} }}"
        );
        done(admin, &create).await;
        let first = format!(
            "savePriorityArea(input: {{edition: {code:?}, code: \"first\", title: \"First\"}}) {{ userErrors {{ code }} }}"
        );
        done(admin, &first).await;
        code
    }
}
