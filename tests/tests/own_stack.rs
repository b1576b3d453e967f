//! Runs the tests inside the example `own_stack`.

#[expect(dead_code, reason = "the program's `main` is not run here")]
#[path = "../examples/own_stack.rs"]
mod own_stack;
