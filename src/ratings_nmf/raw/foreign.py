"""Files of other programs, which hold no table as text: how each is told, and the command that makes a table of it."""

from ratings_nmf.raw.commands import python

_OTHER = "save the table in it as CSV in UTF-8 and, once that is there, name it"
_SHEET = "save the sheet as CSV in UTF-8 and name that"
_AS_CSV, AS_TRIPLES = "make a table of it", "make triples of it"
_UNPACK, _RECODE, FETCH = "unpack it", "recode it", "fetch the file itself"
_TO_CSV = (
    "python -m pip install python-calamine && python -c 'import pandas, sys; pandas.read_excel(sys.argv[1], "
    """header=None, engine="calamine", keep_default_na=False).to_csv(sys.stdout, header=False, index=False)' >"""
)
"""Reads the first sheet of what any office saves, as it stands there; pandas is installed."""

_TEXT = '"".join(fileinput.input())'


def _by_pandas(table: str, *, index: bool = False, header: bool = True, before: str = "") -> str:
    """Return a command by which pandas prints what it reads of a file, after some other code."""
    options = ", index=False" * (not index) + ", header=False" * (not header)
    return f"{python(f'{before}{table}.to_csv(sys.stdout{options})')} >"


def _by_networkx(kind: str) -> str:
    """Return a command that prints the edges of a graph with their weights."""
    write = 'networkx.write_weighted_edgelist(graph, sys.stdout.buffer, delimiter=",")'
    return f"{python(f'graph = networkx.read_{kind}(sys.argv[1]); {write}')} >"


def _by_csv(records: str, before: str = "") -> str:
    """Return a command that prints records as CSV, after some other code."""
    return f"{python(f'{before}csv.writer(sys.stdout).writerows({records})')} >"


def _json(quote: bytes, name: str, parser: str) -> dict[bytes, tuple[str, str, str]]:
    """Return how objects and lists are told whose texts stand between such quotes, and how a table comes of them."""
    return {
        rb"\{\s*Q.*\}\s*\n\s*\{".replace(b"Q", quote): (f"{name}, an object a line", _AS_CSV, _by_pandas(
            f"pandas.json_normalize([*map({parser}, fileinput.input())])")),
        rb"\[\s*\{\s*Q".replace(b"Q", quote): (name, _AS_CSV, _by_pandas(f"pandas.json_normalize({parser}({_TEXT}))")),
        rb"\{\s*Qcolumns".replace(b"Q", quote): (name, _AS_CSV, _by_pandas(
            'pandas.DataFrame(data["data"], data.get("index"), data["columns"])', index=True,
            before=f"data = {parser}({_TEXT}); ")),
        rb"\{\s*Q[^{}\[\]]*Q\s*:\s*\{(?!.*Qdata)".replace(b"Q", quote): (name, _AS_CSV, _by_pandas(
            f"pandas.DataFrame({parser}({_TEXT})).T", index=True)),
        rb"\{\s*Q".replace(b"Q", quote): (name, _AS_CSV, _by_pandas(
            "(pandas.json_normalize(rows) if rows else pandas.DataFrame.from_dict(data, orient=\"index\").T)",
            before=f"data = {parser}({_TEXT}); rows = next((part for part in data.values() "
            "if isinstance(part, list) and isinstance(part[0], dict)), None); ")),
    }  # fmt: skip


FOREIGN: dict[bytes, tuple[str, str, str | None]] = {
    b"(?s)\xd0\xcf\x11\xe0.*W\0o\0r\0d\0|PK.{28}mimetypeapplication/(?!vnd.oasis.opendocument.spreadsheet)": (
        "a document", _OTHER, None),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", _SHEET, _TO_CSV),
    b"(?s).{257}ustar": ("a tar archive", "if there is one file in it", "tar -xOf >"),
    b"\xff\xfe\0\0|\0\0\xfe\xff": ("UTF-32, as its first bytes say", _RECODE, "iconv -f UTF-32 -t UTF-8 >"),
    b"(?=[^\x15%@Kk]{0,23}[\x15%@Kk])[\x05\x15%@K^`km}\x7f\x81-\xa9\xc1-\xe9\xf0-\xf9]{24}": (
        "EBCDIC, as mainframes write it", _RECODE, "iconv -f IBM037 -t UTF-8 >"),
    b"(?s).*\x1b\\$[@B]": ("ISO-2022-JP", _RECODE, "iconv -f ISO-2022-JP -t UTF-8 >"),
    b"\x5d\0\0[\x08-\x80]\0": ("packed by lzma", _UNPACK, "xz --format=lzma -dc >"),
    b"x[\x01\x9c\xda](?=.{0,99}[\0-\x08])": ("packed by zlib", _UNPACK, python(
        "sys.stdout.buffer.write(zlib.decompress(open(sys.argv[1], \"rb\").read()))") + " >"),
    rb"\+/v[89+/]": ("UTF-7, as its first bytes say", _RECODE, "iconv -f UTF-7 -t UTF-8 >"),
    b"7z\xbc\xaf": ("a 7z archive", _UNPACK, "7z x -so >"),
    b"Rar!": ("a RAR archive", _UNPACK, "unrar p -inul >"),
    b"\x04\x22\x4d\x18": ("packed by lz4", _UNPACK, "lz4 -dc >"),
    b"\x1f\x9d": ("packed by compress", _UNPACK, "zcat >"),
    b"\x93NUMPY": ("a NumPy array, which has no labels", _AS_CSV,
                   _by_pandas("pandas.DataFrame(numpy.load(sys.argv[1]))", index=True)),
    b"%PDF": ("a PDF", _OTHER, None),
    b"SQLite format 3": ("an SQLite database", _AS_CSV, _by_pandas(
        "pandas.read_sql(max(tables, key=lambda sql: len(pandas.read_sql(sql, base))), base)",
        before='base = sqlite3.connect(sys.argv[1]); tables = [f"SELECT * FROM [{name}]" '
        'for name, in base.execute("SELECT name FROM sqlite_master WHERE type = \\"table\\"")]; ')),
    b"\x89HDF": ("an HDF5 file", "if pandas wrote it, make a table of it",
                 "python -m pip install tables && " + _by_pandas("pandas.read_hdf(sys.argv[1])", index=True)),
    b"ARROW1|FEA1": ("an Arrow file", _AS_CSV, _by_pandas("pandas.read_feather(sys.argv[1])")),
    b"ORC": ("an ORC file", _AS_CSV, _by_pandas("pandas.read_orc(sys.argv[1])")),
    b"<stata_dta>|[\x6e-\x73][\x01\x02]\x01\0": (
        "a file of Stata", _AS_CSV, _by_pandas("pandas.read_stata(sys.argv[1])")),
    b"\\$FL[23]": ("a file of SPSS", _AS_CSV,
                   "python -m pip install pyreadstat && " + _by_pandas("pandas.read_spss(sys.argv[1])")),
    b"(?s:.{12})\xc2\xea\x81\x60": ("a file of SAS", _AS_CSV,
                                    _by_pandas('pandas.read_sas(sys.argv[1], format="sas7bdat", encoding="latin-1")')),
    b"HEADER RECORD[*]{7}LIB": ("a file of SAS", _AS_CSV, _by_pandas('pandas.read_sas(sys.argv[1], format="xport")')),
    b"(?s).{0,400}ASCII SPSS PORT": ("a file of SPSS", _AS_CSV, "python -m pip install pyreadstat && "
        + python("pyreadstat.read_por(sys.argv[1])[0].to_csv(sys.stdout, index=False)") + " >"),
    b"MATLAB 5.0 MAT-file": ("a file of MATLAB", _AS_CSV, _by_pandas(
        "pandas.DataFrame(max(arrays, key=numpy.size))", index=True, before="arrays = [array for array in "
        'scipy.io.loadmat(sys.argv[1]).values() if getattr(array, "ndim", 0) == 2]; ')),
    b"\xff{4}.{3}\0\x10\0\0\0": ("an Arrow stream", _AS_CSV, _by_pandas(
        'pyarrow.ipc.open_stream(open(sys.argv[1], "rb")).read_pandas()')),
    b"Obj\x01|CDF[\x01\x02\x05]|\0\x01\0\0Standard|SIMPLE  =|\x03[\x50-\x7f][\x01-\x0c][\x01-\x1f]": (
        "a file of another program", _OTHER, None),
    rb"(RD[AX][23]\n)?[XA]\n(\x00\x00\x00|[23]\n)": ("a file of R", _AS_CSV,
        "Rscript -e 'f <- commandArgs(TRUE); t <- tryCatch(readRDS(f), error = function(e) get(load(f))); "
        "write.csv(t, row.names = FALSE)' >"),
    rb"structure\(|matrix\(c|data\.frame\(": ("what dput of R writes", _AS_CSV,
        "Rscript -e 't <- dget(commandArgs(TRUE)); "
        "write.csv(t, row.names = is.matrix(t) || .row_names_info(t) > 0)' >"),
    b"\x80[\x02-\x05][\x95c}(\\]]": ("a Python pickle", "if you trust who wrote it, make a table of it",
                                    _by_pandas("pandas.DataFrame(pandas.read_pickle(sys.argv[1]))", index=True)),
    b"\x89PNG|\xff\xd8\xff|GIF8|(?s:RIFF....WEBP)|II\\*\0|MM\0\\*": ("a picture", _OTHER, None),
    rb"\[\s*\[[^\]]*,": ("JSON", _AS_CSV, _by_csv(f"json.loads({_TEXT})")),
    **_json(b'"', "JSON", "json.loads"),
    **_json(b"'", "a dictionary of Python", "ast.literal_eval"),
    rb"(\w+ ?[=(] ?)?[\[({]+[^\[\](){}\n]*[\])}]+[,;]?\s*\n\s*[\[({]": ("a list between brackets", _AS_CSV,
        r"sed -E 's/^[^][({]*[[({ ]+//; s/[])}; ,]+\r?$//; s/([,;]) +/\1/g' >"),
    rb"(\w+ ?= ?)?(\[[^][\n]*;[^\n]*\]|\{ ?\{[^{}\n]*\},)": ("a matrix between brackets", _AS_CSV,
        r"sed -E 's/^[^[{]*[[{ ]+//; s/[]} ]+;?\r?$//; s/ *(;|\}, *\{) */\n/g; s/[ ,]+/,/g' >"),
    rb"\[,1\]": ("what print of R writes", _AS_CSV,
        r"sed -E 's/\[,?([0-9]+),?\]/\1/g; s/^ +//; s/ +(\r?)$/\1/; s/ +/;/g; 1s/^/row;/' >"),
    b"# Created by Octave": ("a matrix of Octave", _AS_CSV, "sed -E '/^(#|$)/d; s/^ +//; s/ +/,/g' >"),
    rb"(---\s+)?- \w+: .*\n +\w+: ": ("YAML", _AS_CSV, _by_pandas(f"pandas.DataFrame(yaml.safe_load({_TEXT}))")),
    rb"(---\s+)?[^\s,;:]+:(\r?\n +[^\s,;:]+: +[^\s]| ?\{\w+: .*\}\r?\n| ?\[.*\]\r?\n[^\s,;:]+: ?\[)": (
        "YAML", _AS_CSV, _by_pandas(f"pandas.DataFrame(yaml.safe_load({_TEXT})).T", index=True)),
    rb"(---\s+)?\w+:\r?\n *- \w+: ": ("YAML", _AS_CSV, _by_pandas(
        f"pandas.json_normalize(max(yaml.safe_load({_TEXT}).values(), key=len))")),
    rb"(?=(?s:.*):( +[^\d\s]|\r?\n))(#.*\n|---.*\n)*"
    rb"(\w[\w.-]*:( +[^\s,;\t|][^,;\t|\n]*)?\r?\n((?:[\r #-].*)?\n)*){2,}\Z": (
        "YAML without a table", FETCH, None),
    rb"[+-]?[0-9.]+( qid:\w+)?( [0-9]+:[0-9.eE+-]+)+ *(#.*)?\r?\n": (
        "a file of LibSVM, which gives a number and a value for each cell of a line", AS_TRIPLES,
        """awk '{for (i = 2; i <= NF; i++) if (split($i, cell, ":") == 2 && cell[1] != "qid") """
        """print NR "," cell[1] "," cell[2]}' >"""),
    rb"[0-9]+:\r?\n[0-9]+,[0-9]": (
        "a file of the Netflix Prize, with a line for each film and its ratings below", AS_TRIPLES,
        """awk -F , '/:/ {sub(":.*", ""); film = $0; next} {print $1 "," film "," $2}' >"""),
    rb"\w+\|[0-9]+\r?\n\w+\t[0-9]": (
        "a file with a line for each user and their ratings below", AS_TRIPLES,
        r"""awk -F '[|\t]' '/\|/ {user = $1; next} {print user "," $1 "," $2}' >"""),
    rb"([\w/]+): .*\r?\n([\w/]+: .*\r?\n)+\r?\n\1: ": (
        "a list of names and values, a block for each line of a table", _AS_CSV,
        _by_pandas(r'pandas.DataFrame(dict(re.findall(r"(.+?): *(.*)", block)) for block in '
                   rf're.split(r"\n\s*\n", {_TEXT}.strip()))')),
    rb"\S+ \S+ \{.*: ?[0-9.]+\}\r?\n": ("a list of edges, with their weights in braces", AS_TRIPLES,
                                        r"sed -nE 's/^(\S+) (\S+) \{.*: ?([0-9.eE+-]+)\}.*/\1,\2,\3/p' >"),
    "(?:(?:[^\n]*\n){0,20}?[^\n]*\\|[^\n]*\r?\n(?=[^\n]*--)[ |:+-]+\r?\n|[ |]*\\+[-=+]+\\+|"
    "(?:shape: .*\n)?┌|(?:\\[[^]\n]*\\]\n)?\\|===|(?:\\|[^\n]*\\|[ \t]*\r?\n){2})".encode(): (
        "a table drawn in text", _AS_CSV,
        _by_csv('[re.split(r"\\s*[|│┆]\\s*", line.strip().strip("|│").strip()) for line in fileinput.input() '
                'if re.search(r"\\w.*[|│]|[|│].*\\w", line)]')),
    rb"([^\n]*\n)?[-=]{2,}( +[-=]{2,})+ *\r?\n": ("a table printed in columns", _AS_CSV, _by_csv(
        '[line[place].strip() for place in places] for line in lines if re.search(r"\\w", line) and '
        'all(letter.isspace() for letter, mark in zip(line, rule) if mark == " ")',
        before="lines = [*fileinput.input()]; "
        'rule = next(line for line in lines if re.fullmatch(r"[-= ]+\\s*", line)); '
        'places = [slice(*found.span()) for found in re.finditer("[-=]+", rule)]; ')),
    rb"(?s).{0,400}\\begin\{tabular|[^\n&]+&[^\n]*\\\\": ("a table in LaTeX", _AS_CSV,
        r"sed -nE 's/ *\\\\.*$//; s/^ +//; s/ *& */;/gp' >"),
    rb"(\w+=[^ =]+ ){2}\w+=[^ =]+\r?\n": ("a log of names and values", AS_TRIPLES,
                                          "sed -E 's/[A-Za-z_]+=//g; s/ /,/g' >"),
    rb"\S+ \S+ \S+ \[[^\]]*\] \"": ("a log of a web server", AS_TRIPLES,
        """awk '{n[$1 "," $7]++} END {for (cell in n) print cell "," n[cell]}' >"""),
    rb"(?s)(--|set|copy).{0,9999}copy \S+ \([^)]*\) from stdin;": ("a dump of SQL", _AS_CSV,
        r"sed -nE '/^COPY .* FROM stdin;/,/^\\\.$/{/^\\\.$/d; "
        r"/^COPY /{s/^[^(]*\((.*)\).*/\1/; s/, /\t/g; s/\x22//g}; p}' >"),
    rb"(?s)(?=insert|create|drop|pragma|begin|set|use|--|/\*).{0,9999}insert into": ("a dump of SQL", _AS_CSV, _by_csv(
        'csv.reader(found, quotechar=chr(39), escapechar="\\\\", skipinitialspace=True)',
        before='found = [row for line in fileinput.input() if re.match(r"(?i)insert|\\s*\\(", line) for row in '
        r're.findall(r"\(((?:[^()\x27]|\x27(?:[^\x27\\]|\\.)*\x27)*)\)\s*(?=[,;]|$)", '
        're.sub("(?i)^insert.*?values", "", line))]; ')),
    rb"(create (table|database|schema)) ": ("a dump of SQL", _OTHER, None),
    rb"\{\\rtf|ID;P|TABLE\r?\n0,1": ("a document in RTF or a sheet in SYLK or DIF", _OTHER, None),
    rb"graph\s*\[|creator.*\s+graph\s*\[": ("a graph in GML", AS_TRIPLES, _by_networkx("gml")),
    rb"\*(vertices|network)": ("a graph in Pajek's form", AS_TRIPLES, _by_networkx("pajek")),
    rb"(?s)<\?xml.*<graphml": ("a graph in GraphML", AS_TRIPLES, _by_networkx("graphml")),
    rb"\{\|": ("a table of a wiki", _AS_CSV, _by_csv(
        r'[cell.split("|")[-1].strip() for cell in re.split(r"\|\||!!|(?:^|\n)[|!]", row.strip())[1:]] '
        r'for row in re.split(r"\n\|[-}].*", re.sub(r"^\{\|.*", "", "".join(fileinput.input()))) if row.strip()')),
    b"(?s)<.*<t[rd]\\b": ("HTML or XML", _AS_CSV, "python -m pip install lxml && "
                          + _by_pandas("max(pandas.read_html(sys.argv[1], header=0), key=len)")),
    b"(?s)<(!doctype|html|head|body|\\?xml[^>]*>\\s*<error)(?!.*<table)": ("a web page without a table", FETCH, None),
    b"(?s)<\\?xml(?!.*(spreadsheet|graphml|html))": ("XML", _AS_CSV,
                                                     _by_pandas('pandas.read_xml(sys.argv[1], parser="etree")')),
    b"<(!doctype|html|\\?xml|body|head)\\b": ("HTML or XML", _OTHER, None),
    rb"(%.*\s+)*@relation": ("an ARFF file of Weka", _AS_CSV,
        """awk 'tolower($1) == "@attribute" {names = names comma $2; comma = ","} data && NF && !/^%/ """
        """{print} tolower($1) ~ "^@data" {print names; data = 1}' >"""),
    rb"%%MatrixMarket matrix array": ("a Matrix Market array", _AS_CSV,
                                      _by_pandas("pandas.DataFrame(scipy.io.mmread(sys.argv[1]))", index=True)),
    rb"%%MatrixMarket matrix coordinate \w+ (symmetric|hermitian)": (
        "Matrix Market with one half of a symmetric matrix", AS_TRIPLES,
        """awk '!/^%/ && size++ {value = NF > 2 ? $3 : 1; print $1 "," $2 "," value; """
        """if ($1 != $2) print $2 "," $1 "," value}' >"""),
    b"%%MatrixMarket matrix coordinate pattern": ("Matrix Market without values", AS_TRIPLES,
                                                  """awk '!/^%/ && size++ {print $1 "," $2 ",1"}' >"""),
    rb"(?ms).*?^<<<<<<< .*^=======\r?$.*^>>>>>>> ": (
        "a file with two versions, which Git could not join", "keep the first",
        r"sed -i -E '/^<<<<<<< /d; /^=======\r?$/,/^>>>>>>> /d'"),
    rb"([#;].*\n|\s)*\[[\w. \"-]+\]+\s*\n([#;].*\n|\s)*[\w.\"-]+ *=|"
    rb"([#!].*\n|\s)*[\w.-]+ *= *[^\d\s,;|=][^,;|\t=\n]*\n([#!].*\n|\s)*[\w.-]+ *=[^=\n]*\r?\n": (
        "a file of settings", FETCH, None),
    rb"#!/|#include\b|(var|let|const) \w+ *=|"
    rb"<\?php|(import [\w., ]+|from \S+ import [^\n]*)\r?\n(?s:.*\n)?(def|class|import|from) ": (
        "a program", FETCH, None),
    rb"diff --git|--- [^\n]*\n\+\+\+ |BEGIN:V|-----BEGIN |@\w+\{|>\w[^\n]*\n[A-Z*\s-]+(>|\Z)|"
    rb"(strict )?(di)?graph \w*\s*\{|\w+ *<-\s|(tibble::)?tribble\(|data list .*/|data \w+;\s*(input|set|infile)\b|"
    rb"(charset|axis-version)=|dn: ": (
        "a file of another program", _OTHER, None),
    rb"<(\w+)\b[^>\n]*>[^\n]*</\1>\s*\n\s*<": ("HTML or XML", _OTHER, None),
    rb"(?s)(?!.*(\d\"? *[,;\t|] *\"?\d|\d +\d|[,;\t|] *\"?[\d.]+\"?\s*\n|[\t|]))(?=([^\n,;]|[,;] )*[,;]?\r?\n)"
    rb"(?=.*\w \w+ \w+ \w+[.!?]\s)": ("prose", FETCH, None),
    b"version https://git-lfs": ("a Git LFS pointer", FETCH, "git lfs pull --include"),
}  # fmt: skip
"""Files that hold no table as text, by a pattern of their first bytes: what they are, and how one comes of them.

What a command that ends in > prints is the table.
"""

BROTLI = "packed by brotli", _UNPACK, "brotli -dc >"
"""It is told by its name alone."""

IN_ZIP = {
    "xl/": ("an Excel workbook", _SHEET, _TO_CSV),
    "word/": ("a Word document", _OTHER, None),
    "ppt/": ("slides", _OTHER, None),
    ".iwa": ("a document of Apple's", _OTHER, None),
    "mimetype": ("an OpenDocument spreadsheet", _SHEET, _TO_CSV),
    "indptr.npy": ("a sparse matrix of SciPy, which has no labels", AS_TRIPLES, _by_pandas(
        'pandas.DataFrame({"row": cells.row, "column": cells.col, "value": cells.data})', header=False,
        before="cells = scipy.sparse.load_npz(sys.argv[1]).tocoo(); ")),
    ".npy": ("NumPy arrays, which have no labels", _AS_CSV,
             _by_pandas("pandas.DataFrame(max(numpy.load(sys.argv[1]).values(), key=numpy.size))", index=True)),
}  # fmt: skip
