//! Import and export commands.

use std::path::{Path, PathBuf};

use crate::{
    App, accounts,
    kit::{Id, Viewer, clock},
    listings::search::ListingFilter,
    transfer::{
        export,
        files::{self, Format},
        mapping::Mapping,
        rules,
        service::{self, How, Outcome, Report, RowReport},
    },
};
use clap::{Args, ValueEnum};
use entity::organisation;

use super::explain;

/// File format, in the spelling of the command line.
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

/// Arguments of the import command.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("whose").required(true).multiple(true))]
pub struct ImportArgs {
    /// File to import: at most 900,000 bytes and 1,000 rows. Either all rows are written, or none.
    file: PathBuf,
    /// Email address of the account that imports: an editor, manager or owner of the organisation. It becomes the
    /// owner of organisations that the import creates.
    #[arg(long = "as", value_name = "EMAIL")]
    acting_as: String,
    /// Id of the organisation that posts the listings.
    #[arg(long, group = "whose")]
    organisation: Option<Id<organisation::Entity>>,
    /// Mapping file for JSON Lines of another platform. Without --organisation, the import creates one organisation
    /// for each kind of organisation in each area.
    #[arg(long, group = "whose", value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Format of the file. Default: by its extension.
    #[arg(long)]
    format: Option<FileFormat>,
    /// Reports what would happen, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Publishes new listings, and existing drafts.
    #[arg(long)]
    publish: bool,
}

/// Arguments of the export command.
#[derive(Args)]
pub struct ExportArgs {
    /// Format of the file.
    #[arg(long, default_value = "csv")]
    format: FileFormat,
    /// File to write. Default: standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Email address of the account whose view is exported. Default: the listings that programme staff can see.
    #[arg(long = "as", value_name = "EMAIL")]
    acting_as: Option<String>,
    /// Ids of organisations whose listings are exported. Default: all.
    #[arg(long)]
    organisation: Vec<Id<organisation::Entity>>,
    /// Exports only listings that match these words.
    #[arg(long)]
    text: Option<String>,
}

/// Imports a file, and prints a report on every row.
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
        .map_err(|_| format!("there is no account with the email address {acting_as}"))?;
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

/// Returns the format by the extension of a file: CSV for `.csv`, otherwise JSON Lines.
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
            "nothing was imported: {failed} of {all} rows failed"
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

/// Exports listings.
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
            .map_err(|_| format!("there is no account with the email address {email}"))?,
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
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => format!("{}: {}", path.display(), rules::NOT_UTF8),
        _ => format!("cannot read {}: {error}", path.display()),
    })
}
