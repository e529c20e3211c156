//! The playground's files are embedded: the program is built anew when they change.

fn main() {
    println!("cargo::rerun-if-changed=../playground/dist");
}
