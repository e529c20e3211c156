//! The playground's files are embedded: the program is built anew when they change.

fn main() {
    let folder = "../playground/dist";
    // Cargo builds again each time if a folder that it watches does not exist, as without Node.js.
    if let Err(error) = std::fs::create_dir_all(folder) {
        println!("cargo::warning=cannot create {folder}: {error}");
    }
    println!("cargo::rerun-if-changed={folder}");
}
