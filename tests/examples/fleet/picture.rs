//! Pictures of a simulation.

use apideck_vault_tests::fleet::{Load, Scenario};
use plotters::prelude::{
    ChartBuilder, Circle, Color, IntoDrawingArea, IntoFont, LineSeries, PathElement, RGBColor,
    SVGBackend, SeriesLabelPosition, WHITE,
};
use std::error::Error;
use std::path::Path;

use crate::front::Point;

const SIZE: (u32, u32) = (860, 420);
const GRAY: RGBColor = RGBColor(150, 150, 150);
const DARK: RGBColor = RGBColor(60, 60, 60);
const FONT: &str = "sans-serif";

/// One color for each kind of policy, told apart by those who do not see all colors, too
/// ([Okabe and Ito](https://jfly.uni-koeln.de/color/)).
fn color(policy: &str) -> RGBColor {
    match policy {
        "none" => GRAY,
        "official-typescript" => RGBColor(213, 94, 0),
        "official-go" => RGBColor(230, 159, 0),
        "official-python" => RGBColor(204, 121, 167),
        "aws" | "aws-2026" => RGBColor(0, 158, 115),
        "grpc" => DARK,
        "finagle" | "default-without-budget" => RGBColor(86, 180, 233),
        _ => RGBColor(0, 114, 178),
    }
}

/// Attempts per call over time, one line for each policy.
pub(crate) fn load(path: &Path, scenario: Scenario, loads: &[&Load]) -> Result<(), Box<dyn Error>> {
    // One second of a fleet is noise; what it does in several is not.
    let seconds = loads
        .iter()
        .map(|load| load.attempts_per_call.len())
        .max()
        .unwrap_or_default();
    let highest = loads
        .iter()
        .flat_map(|load| &load.attempts_per_call)
        .copied()
        .fold(2.0, f64::max);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let title = format!("{}: attempts per call, by second", scenario.name());
    let mut chart = ChartBuilder::on(&area)
        .caption(title, (FONT, 18).into_font().color(&DARK))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..seconds as f64, 0.0..highest * 1.05)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRAY.mix(0.3))
        .axis_style(GRAY)
        .label_style((FONT, 13).into_font().color(&DARK))
        .x_desc("seconds since the trouble began")
        .y_label_formatter(&|value| format!("{value:.0}"))
        .x_label_formatter(&|value| format!("{value:.0}"))
        .draw()?;
    let ends = scenario.seconds();
    chart.draw_series([PathElement::new(
        [(ends, 0.0), (ends, highest)],
        GRAY.stroke_width(1),
    )])?;
    for load in loads {
        let color = color(&load.policy);
        let width = if load.policy == "default" { 3 } else { 1 };
        let points = load.attempts_per_call.iter().enumerate();
        // Two decimals are enough for a picture.
        let points = points.map(|(second, attempts)| (second as f64 + 0.5, *attempts));
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(width)))?
            .label(load.policy.clone())
            .legend(move |(x, y)| {
                PathElement::new([(x, y), (x + 18, y)], color.stroke_width(width))
            });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .label_font((FONT, 13).into_font().color(&DARK))
        .draw()?;
    area.present()?;
    Ok(())
}

/// What can be had: success against load, one point for each choice of settings.
pub(crate) fn front(path: &Path, points: &[Point]) -> Result<(), Box<dyn Error>> {
    let bounds = |value: fn(&Point) -> f64| {
        let values = || points.iter().map(value);
        let (low, high) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        );
        let margin = (high - low).max(0.01) * 0.06;
        low - margin..high + margin
    };
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "Settings of the budget: what users get against what the service bears",
            (FONT, 18).into_font().color(&DARK),
        )
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(
            bounds(|point| point.attempts),
            bounds(|point| point.success),
        )?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRAY.mix(0.3))
        .axis_style(GRAY)
        .label_style((FONT, 13).into_font().color(&DARK))
        .x_desc("attempts per call, mean of the scenarios with trouble")
        .y_desc("success rate, mean of the same")
        .y_label_formatter(&|value| format!("{value:.3}"))
        .x_label_formatter(&|value| format!("{value:.2}"))
        .draw()?;
    let dots = |is: fn(&Point) -> bool, size, color: RGBColor| {
        points
            .iter()
            .filter(move |point| is(point))
            .map(move |point| Circle::new((point.attempts, point.success), size, color.filled()))
    };
    chart
        .draw_series(dots(|point| !point.keeps_the_goals, 3, GRAY))?
        .label("misses a goal that can be met")
        .legend(|at| Circle::new(at, 3, GRAY.filled()));
    let good = color("default-without-budget");
    chart
        .draw_series(dots(|point| point.keeps_the_goals, 3, good))?
        .label("meets all of them")
        .legend(move |at| Circle::new(at, 3, good.filled()));
    let chosen = color("official-typescript");
    chart
        .draw_series(dots(|point| point.is_default, 6, chosen))?
        .label("the default")
        .legend(move |at| Circle::new(at, 6, chosen.filled()));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.85))
        .label_font((FONT, 13).into_font().color(&DARK))
        .draw()?;
    area.present()?;
    Ok(())
}
