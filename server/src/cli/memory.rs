//! Passwords, codes and keys pass through the memory of this process. No file is made of it when the process dies, and no
//! other process of the same user may look into it.

use rustix::io::Result;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Keeps the memory of this process out of core dumps and debuggers.
///
/// # Errors
/// Those of the kernel, where it forbids a process to forbid itself something.
pub fn keep_to_ourselves() -> Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}
