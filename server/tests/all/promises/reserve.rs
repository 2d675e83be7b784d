//! The disk runs full while a server keeps house: the room that was kept for it is given back.

use std::fs::{File, metadata, remove_file};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use portal::ports::{Change, Store as _};
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use server::assemble::{Server, Wiring};
use server::clock::SystemClock;
use server::courier::Couriers;
use server::courier::mailbox::Mailbox;
use server::settings::{Environment, Settings};
use server::store::SqlStore;
use tokio::sync::watch;

use super::delivery::until;
use super::ground::{Folder, entry, keyring};

/// A disk of 160 MiB, as long as the test.
struct Disk(PathBuf);

impl Disk {
    /// Nothing where disks cannot be made, which in CI is a failure.
    fn new(folder: &Folder) -> Option<Self> {
        let place = folder.path().join("disk");
        std::fs::create_dir(&place).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=160m", "none"])
            .arg(&place)
            .status();
        if mount.is_ok_and(|mount| mount.success()) {
            return Some(Self(place));
        }
        assert!(std::env::var_os("CI").is_none(), "only root can make a disk here");
        println!("skipped: only root can make a disk here");
        None
    }

    fn free(&self) -> u64 {
        let disk = statvfs(&self.0).unwrap();
        disk.f_bavail * disk.f_frsize
    }

    /// Fills it up to this many bytes.
    fn fill(&self, file: &Path, left: u64) {
        let file = File::create(file).unwrap();
        fallocate(file, FallocateFlags::empty(), 0, self.free() - left).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(&self.0).status().ok();
    }
}

#[tokio::test]
async fn room_is_kept_for_a_full_disk_and_is_made_anew_when_somebody_made_room() {
    let folder = Folder::new();
    let Some(disk) = Disk::new(&folder) else { return };
    let (keys, clock) = (keyring(), Arc::new(SystemClock));
    let store = SqlStore::open(&disk.0.join("aikagi.db"), Arc::clone(&keys) as _).await;
    let store = Arc::new(store.unwrap());
    let text = "public_url = \"http://localhost:1\"\nkeyring = \"k\"\n[organisation]\nname.en = \"K\"\n";
    let server = Server::new(Wiring {
        settings: Settings::read(text, &disk.0.join("aikagi.toml"), &Environment::default()).unwrap(),
        keyring: keys,
        clock: Arc::clone(&clock) as _,
        store: Arc::clone(&store),
        couriers: Couriers::to_mailbox(&Arc::new(Mailbox::new(clock))),
    });
    let (stop, stopped) = watch::channel(false);
    let keeping = tokio::spawn(server.unwrap().housekeeping().run(stopped));
    let reserve = disk.0.join("aikagi.db.reserve");
    let kept = || metadata(&reserve).map_or(0, |file| file.len());
    until("room is kept", async || kept() == 64 << 20).await;

    let filler = disk.0.join("filler");
    disk.fill(&filler, 0);
    until("room is given back", async || kept() == 0).await;
    assert!(disk.free() > 60 << 20, "{}", disk.free());
    until("writing goes on", async || {
        store.commit(vec![Change::Record(entry(None))]).await.is_ok()
    })
    .await;
    remove_file(&filler).unwrap();
    until("room is kept anew", async || kept() == 64 << 20).await;
    stop.send(true).unwrap();
    keeping.await.unwrap();
}
