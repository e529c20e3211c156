//! Bringing listings in from files, and taking them out.

use std::path::{Path, PathBuf};

use crate::{
    App, accounts,
    kit::{Id, Viewer, clock},
    listings::search::ListingFilter,
    transfer::{
        export,
        files::{self, Format},
        mapping::Mapping,
        service::{self, How, Outcome, Report, RowReport},
    },
};
use clap::{Args, ValueEnum};
use entity::organisation;

use super::explain;

/// How a file is written, as it is typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum FileFormat {
    Csv,
    Jsonl,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Csv => Self::Csv,
            FileFormat::Jsonl => Self::JsonLines,
        }
    }
}

/// What is brought in.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("whose").required(true).multiple(true))]
pub struct ImportArgs {
    /// The file: at most 900,000 bytes and 1,000 rows. All of it is written, or nothing.
    file: PathBuf,
    /// The address of the account that does it: an editor of the organisation, or more. It becomes the owner of
    /// organisations that are made.
    #[arg(long = "as", value_name = "EMAIL")]
    acting_as: String,
    /// The organisation whose listings they are, by its id.
    #[arg(long, group = "whose")]
    organisation: Option<Id<organisation::Entity>>,
    /// A mapping, for JSON lines in other people's words. Without --organisation, one is made for each kind of
    /// organisation in each area.
    #[arg(long, group = "whose", value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// How the file is written; otherwise its name tells.
    #[arg(long)]
    format: Option<FileFormat>,
    /// Only report what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Publish what is new, and what is a draft still.
    #[arg(long)]
    publish: bool,
}

/// What is taken out.
#[derive(Args)]
pub struct ExportArgs {
    /// How to write it.
    #[arg(long, default_value = "csv")]
    format: FileFormat,
    /// Where to; otherwise it is printed.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// See what this account sees; otherwise all that anybody but its own organisation sees.
    #[arg(long = "as", value_name = "EMAIL")]
    acting_as: Option<String>,
    /// Of these organisations only, by their ids.
    #[arg(long)]
    organisation: Vec<Id<organisation::Entity>>,
    /// With these words only.
    #[arg(long)]
    text: Option<String>,
}

/// Brings a file in, and reports on every row.
pub async fn import(app: &App, import: ImportArgs) -> Result<(), String> {
    let ImportArgs {
        file,
        acting_as,
        organisation,
        mapping,
        format,
        dry_run,
        publish,
    } = import;
    let viewer = accounts::service::acting_as(app, clock::now(), &acting_as)
        .await
        .map_err(|_| format!("there is no account with the address {acting_as}"))?;
    let content = text_of(&file)?;
    let entries = match mapping {
        Some(path) => Mapping::parse(&text_of(&path)?)
            .and_then(|mapping| mapping.read(&content, &app.reference.now())),
        None => files::read(
            format.map_or_else(|| told_by(&file), Format::from),
            &content,
        ),
    };
    let how = How { dry_run, publish };
    let report = service::import(app, &viewer, organisation, entries.map_err(explain)?, how)
        .await
        .map_err(explain)?;
    report.rows.iter().for_each(print_row);
    summary(&report)
}

/// The format that a file's name tells.
fn told_by(file: &Path) -> Format {
    let end = file.extension();
    if end.is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
        Format::Csv
    } else {
        Format::JsonLines
    }
}

fn print_row(row: &RowReport) {
    let outcome = format!("{:?}", row.outcome).to_uppercase();
    let reference = row.external_reference.as_deref().unwrap_or("-");
    let number = row
        .listing
        .as_ref()
        .map_or("-", |listing| &listing.reference);
    println!("row {:<5} {outcome:<10} {reference}  {number}", row.row);
    for error in &row.errors {
        let field = error.field.as_ref().map(|field| field.join("."));
        println!(
            "    {}: {}",
            field.as_deref().unwrap_or("row"),
            error.message
        );
    }
    for warning in &row.warnings {
        println!("    note: {warning}");
    }
}

fn summary(report: &Report) -> Result<(), String> {
    let count = |outcome| report.count(outcome);
    let counts = format!(
        "{} created, {} updated, {} unchanged",
        count(Outcome::Created),
        count(Outcome::Updated),
        count(Outcome::Unchanged)
    );
    let failed = count(Outcome::Failed);
    if failed > 0 {
        let all = report.rows.len();
        return Err(format!(
            "nothing was written: {failed} of {all} rows failed"
        ));
    }
    let written = if report.written {
        ""
    } else {
        " (dry run: nothing was written)"
    };
    println!("{counts}{written}");
    Ok(())
}

/// Takes listings out.
pub async fn export(app: &App, export: ExportArgs) -> Result<(), String> {
    let ExportArgs {
        format,
        output,
        acting_as,
        organisation,
        text,
    } = export;
    let viewer = match acting_as {
        Some(email) => accounts::service::acting_as(app, clock::now(), &email)
            .await
            .map_err(|_| format!("there is no account with the address {email}"))?,
        None => Viewer::system(),
    };
    let filter = ListingFilter {
        text,
        organisations: Some(organisation).filter(|ids| !ids.is_empty()),
        ..ListingFilter::default()
    };
    let file = export::export(app, &viewer, filter, format.into())
        .await
        .map_err(explain)?;
    match &output {
        Some(path) => std::fs::write(path, &file.content)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?,
        None => print!("{}", file.content),
    }
    let more = if file.truncated {
        "; there are more"
    } else {
        ""
    };
    eprintln!("{} listings{more}", file.rows);
    Ok(())
}

fn text_of(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}
