//! A plot of how a figure grows.

use plotters::prelude::{
    ChartBuilder, Color, IntoDrawingArea, IntoFont, LineSeries, PathElement, RGBColor, SVGBackend,
    SeriesLabelPosition, WHITE,
};
use std::error::Error;
use std::path::Path;

use super::work::{Side, Stack};

const SIZE: (u32, u32) = (860, 420);
const GRAY: RGBColor = RGBColor(150, 150, 150);
const DARK: RGBColor = RGBColor(60, 60, 60);
const FONT: &str = "sans-serif";

/// The axes and the title.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axes {
    pub(crate) title: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    /// Whether the x axis is logarithmic.
    pub(crate) logarithmic: bool,
}

/// How the figure of one client grows.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) stack: Stack,
    pub(crate) side: Side,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Line {
    fn label(&self) -> String {
        match self.side {
            Side::Ours => self.stack.name().to_owned(),
            Side::ByHand => format!("{} by hand", self.stack.name()),
        }
    }

    /// Colors that color-blind people can tell apart
    /// ([Okabe and Ito](https://jfly.uni-koeln.de/color/)).
    fn color(&self) -> RGBColor {
        match (self.stack, self.side) {
            (Stack::Hyper, Side::Ours) => RGBColor(0, 114, 178),
            (Stack::Hyper, Side::ByHand) => RGBColor(86, 180, 233),
            (Stack::Reqwest, Side::Ours) => RGBColor(213, 94, 0),
            (Stack::Reqwest, Side::ByHand) => RGBColor(230, 159, 0),
            (Stack::Ureq, Side::Ours) => RGBColor(0, 158, 115),
            (Stack::Ureq, Side::ByHand) => RGBColor(204, 121, 167),
        }
    }
}

/// Draws all lines into one picture.
pub(crate) fn draw(path: &Path, axes: Axes, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let x = |value: f64| {
        if axes.logarithmic {
            value.log10()
        } else {
            value
        }
    };
    let points = || lines.iter().flat_map(|line| &line.points);
    let right = points().map(|point| x(point.0)).fold(1.0, f64::max);
    let top = points().map(|point| point.1).fold(0.0, f64::max);
    // Room for the legend above the lines.
    let top = top * (1.1 + 0.07 * lines.len() as f64);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(axes.title, (FONT, 18).into_font().color(&DARK))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    let logarithmic = axes.logarithmic;
    let x_label = move |value: &f64| {
        let value = if logarithmic {
            10f64.powf(*value)
        } else {
            *value
        };
        format!("{value:.0}")
    };
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRAY.mix(0.3))
        .axis_style(GRAY)
        .label_style((FONT, 13).into_font().color(&DARK))
        .x_labels(if logarithmic { 5 } else { 9 })
        .x_desc(axes.x)
        .y_desc(axes.y)
        .x_label_formatter(&x_label)
        .draw()?;
    for line in lines {
        let style = line.color().stroke_width(match line.side {
            Side::Ours => 3,
            Side::ByHand => 1,
        });
        let points = line.points.iter().map(|point| (x(point.0), point.1));
        chart
            .draw_series(LineSeries::new(points, style))?
            .label(line.label())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .label_font((FONT, 13).into_font().color(&DARK))
        .draw()?;
    area.present()?;
    Ok(())
}
