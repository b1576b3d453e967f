use maud::{Markup, html};

/// A customer of the invented product Larkspur, and what their books say.
#[derive(Debug, PartialEq)]
pub(crate) struct Customer {
    /// The customer's id in Larkspur, and so the consumer's id in Vault.
    pub(crate) id: &'static str,
    pub(crate) company: &'static str,
    pub(crate) person: &'static str,
    pub(crate) email: &'static str,
    pub(crate) color: &'static str,
    pub(crate) figures: [(&'static str, &'static str); 3],
}

pub(crate) static CUSTOMERS: [Customer; 2] = [
    Customer {
        id: "nordwind-bikes",
        company: "Nordwind Bikes",
        person: "Ida Berg",
        email: "ida@nordwind.example",
        color: "#c2410c",
        figures: [
            ("Open invoices", "12"),
            ("Due this week", "€ 4,310"),
            ("Paid in November", "€ 28,940"),
        ],
    },
    Customer {
        id: "casa-limone",
        company: "Casa Limone",
        person: "Marco Riva",
        email: "marco@limone.example",
        color: "#4d7c0f",
        figures: [
            ("Open invoices", "3"),
            ("Due this week", "€ 780"),
            ("Paid in November", "€ 9,125"),
        ],
    },
];

impl Customer {
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        CUSTOMERS.iter().find(|customer| customer.id == id)
    }

    pub(crate) fn first_name(&self) -> &str {
        self.person.split(' ').next().unwrap_or(self.person)
    }

    pub(crate) fn initials(&self) -> String {
        let words = self.person.split(' ');
        words.filter_map(|word| word.chars().next()).collect()
    }

    /// The path of a picture of them, which the Vault shows as well.
    pub(crate) fn face(&self) -> String {
        format!("/faces/{}.svg", self.id)
    }

    /// The picture: the initials on the customer's color.
    pub(crate) fn drawing(&self) -> Markup {
        html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" {
                rect width="64" height="64" fill=(self.color) {}
                text x="32" y="41" fill="white" font-family="sans-serif" font-size="26"
                    text-anchor="middle" { (self.initials()) }
            }
        }
    }
}
