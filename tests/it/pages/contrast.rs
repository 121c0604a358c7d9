//! WCAG 2.2 contrast of every pair of colours that the style sheet puts together: 4.5:1 for text (1.4.3), 3:1 for the
//! edges of controls and for the focus ring (1.4.11).

use std::collections::HashMap;

/// Text on its ground.
const TEXT: [(&str, &str); 14] = [
    ("ink", "ground"),
    ("ink", "card"),
    ("ink", "wash"),
    ("quiet", "ground"),
    ("quiet", "card"),
    ("accent", "card"),
    ("accent", "ground"),
    ("accent-strong", "card"),
    ("accent-strong", "ground"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("danger", "danger-wash"),
    ("danger", "card"),
    ("ink", "danger-wash"),
];

/// Edges of controls and the focus ring on what surrounds them.
const EDGES: [(&str, &str); 5] =
    [("edge", "card"), ("accent", "card"), ("accent", "ground"), ("danger", "card"), ("edge", "wash")];

fn palette(block: &str) -> HashMap<String, [f64; 3]> {
    let mut colours = HashMap::new();
    for line in block.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(": #"))
        else {
            continue;
        };
        let value = u32::from_str_radix(value.trim_end_matches(';'), 16).unwrap();
        colours.insert(name.to_owned(), [16, 8, 0].map(|shift| f64::from((value >> shift) & 0xff) / 255.0));
    }
    colours
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] =
        colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_read_in_light_and_in_dark() {
    let css = include_str!("../../../static/latchkey.css");
    let blocks: Vec<&str> =
        css.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    assert_eq!(blocks.len(), 2, "light and dark");
    for block in blocks {
        let colours = palette(block);
        for (pairs, least) in [(&TEXT[..], 4.5), (&EDGES[..], 3.0)] {
            for (front, back) in pairs {
                let found = contrast(colours[*front], colours[*back]);
                assert!(found >= least, "{front} on {back}: {found:.2}, least {least}");
            }
        }
    }
}

#[test]
fn colours_stand_in_the_first_two_blocks_alone() {
    let css = include_str!("../../../static/latchkey.css");
    let rest = css.rsplit_once("--shadow").unwrap().1.split_once('}').unwrap().1;
    let stray: Vec<&str> =
        rest.lines().filter(|line| line.contains(": #") || line.contains("rgb(")).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

#[test]
fn the_measure_is_right() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0.466_666; 3], [1.0; 3]) - 4.48).abs() < 0.01, "#777 on white, as WCAG tools give it");
}
