"""The page of `dvc plots show`, with Vega in it, so that it needs no network: prints .dvc/plots.html.

DVC's own page loads these scripts from another host. Make it again after an update of vl-convert:
`python tools/plots_page.py > .dvc/plots.html`
"""

import sys

import vl_convert

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh_tag}
<title>ratings-nmf: plots</title>
<style>
body { font-family: system-ui, sans-serif; margin: 2rem; background: #fff; color: #1f2023; }
table { border-spacing: 15px; }
img { max-width: 100%; height: auto; }
</style>
<!-- Vega, Vega-Lite and Vega-Embed: BSD-3-Clause, University of Washington Interactive Data Lab and contributors -->
<script>(() => { SCRIPTS })();</script>
</head>
<body>
{plot_divs}
</body>
</html>
"""


def template() -> str:
    """Return the template: DVC fills {refresh_tag} and {plot_divs}; there is no {scripts} for it to fill.

    For a file without points to draw DVC asks for an empty chart, of which only a menu would be seen.
    """
    bundle = vl_convert.javascript_bundle(
        "window.vegaEmbed = (place, chart) => Object.keys(chart).length && vegaEmbed(place, chart);"
    )
    return PAGE.replace("SCRIPTS", bundle)


if __name__ == "__main__":
    sys.stdout.write(template())
