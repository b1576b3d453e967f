//! What a case is, and where it runs.

use apideck_vault_stacks::{ALL, Ability, Stack};

/// One behavior, as a sentence, and the code that asserts it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    run: Run,
    needs: Option<Ability>,
}

#[derive(Clone, Copy)]
enum Run {
    OverSockets(fn(Stack)),
    Everywhere(fn(On)),
    InCore(fn()),
}

/// Where a case runs.
#[derive(Clone, Copy)]
pub(crate) enum On {
    /// No stack: the state machine of a call with answers at hand.
    Core,
    Stack(Stack),
}

/// A case with a server at the other end of a socket.
pub(crate) const fn case(name: &'static str, run: fn(Stack)) -> Case {
    Case::new(name, Run::OverSockets(run))
}

/// A case about what an answer means, for which the core needs no socket.
pub(crate) const fn everywhere(name: &'static str, run: fn(On)) -> Case {
    Case::new(name, Run::Everywhere(run))
}

/// A case about what an answer means that is the same on every stack, as a smaller one shows.
pub(crate) const fn in_core(name: &'static str, run: fn()) -> Case {
    Case::new(name, Run::InCore(run))
}

impl Case {
    const fn new(name: &'static str, run: Run) -> Self {
        Self {
            name,
            run,
            needs: None,
        }
    }

    /// Makes no sense on a stack that lacks this; the stack's file says why.
    pub(crate) const fn needs(self, ability: Ability) -> Self {
        let needs = Some(ability);
        Self { needs, ..self }
    }

    pub(crate) fn places(self) -> Vec<On> {
        let stacks = ALL.iter().copied().map(On::Stack);
        match self.run {
            Run::OverSockets(_) => stacks.collect(),
            Run::Everywhere(_) => std::iter::once(On::Core).chain(stacks).collect(),
            Run::InCore(_) => vec![On::Core],
        }
    }

    /// Why it does not run there.
    pub(crate) fn exception(self, on: On) -> Option<&'static str> {
        match on {
            On::Core => None,
            On::Stack(stack) => stack.lacks(self.needs?),
        }
    }

    pub(crate) fn run(self, on: On) {
        match (self.run, on) {
            (Run::OverSockets(run), On::Stack(stack)) => run(stack),
            (Run::Everywhere(run), on) => run(on),
            (Run::InCore(run), _) => run(),
            (Run::OverSockets(_), On::Core) => unreachable!("the core alone has no socket"),
        }
    }
}

impl On {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Stack(stack) => stack.name(),
        }
    }
}
