"""Tables as people publish them, of many kinds; published.yaml has what `describe` makes of each."""

CELLS = [("Ada", 16, 28, 64), ("Bea", 52, 13, 87), ("Cid", 15, 71, 63), ("Dov", 54, 31, 82), ("Eve", 32, 45, 50)]


def wide(form="{}", mark=",", corner="shop", rows=CELLS):
    write = form if callable(form) else form.format
    lines = [(corner, "Jan", "Feb", "Mar"), *((name, *map(write, cells)) for name, *cells in rows)]
    return "".join(mark.join(line) + "\n" for line in lines)


def long(form, header=""):
    return header + "".join(form.format(u=f"u{n % 6}", i=f"film {n // 6}", v=1 + n * 7 % 5) for n in range(24) if n % 5)


FLOWERS = "".join(f"{5 + n % 4}.{n % 3 + 1},{3 + n % 2}.{n % 5 + 1},{n % 3 + 1}.5,{'ab'[n % 2]}\n" for n in range(20))
SPOTS = "".join(f"{n}_at\t{n}.5\t{n * 2}.25\t{n * 3}.0\n" for n in range(1, 12))


def some(mark):
    return lambda value: mark if value % 4 == 0 else str(value)


MARKS = "NULL", "\\N", "n.d.", "n. a.", "—", "..", "#N/A", "not rated", "c", "<LOD"
PUBLISHED = {
    "single quotes": wide("'{}'"),
    "single quotes around commas": "'who','a','b'\n'x, y','3','4'\n'z','5','6'\n",
    "single quotes around labels of triples": long("'{u}','{i}',{v}\n"),
    "spaces before quotes": '"who", "a", "b"\n"x", "1", "2"\n"y", "3", "4"\n',
    "Netflix": "".join(f"{film}:\n10,1,2005-09-01\n11,2,2005-09-02\n12,3,2005-09-03\n" for film in range(1, 4)),
    "flowers": "length,width,petal,kind\n" + FLOWERS,
    "flowers without names": FLOWERS,
    "flowers with numbers": "Id,length,width,petal,kind\n"
    + "".join(f"{n},{line}\n" for n, line in enumerate(FLOWERS.splitlines(), 1)),
    "least and largest": wide() + "Min,15,13,50\nMax,54,71,87\nMedian,32,31,64\nMean,33.8,37.6,69.2\n",
    "Summe und Durchschnitt": wide() + "Gesamt,169,188,346\nDurchschnitt,33.8,37.6,69.2\n",
    "columns of totals": "who,a,b,Total,Min,Max\nx,1,5,6,1,5\ny,2,4,6,2,4\nz,3,9,12,3,9\n",
    "someone called Max": wide().replace("Ada", "Max"),
    "Eurostat": "unit,geo\\time\t2019 \t2018 \t2017 \nNR,AT\t5.5 e\t6.25 \t: \n"
    "NR,BE\t: \t1.5 b\t2.5 \nNR,BG\t4.5 \t3.5 p\t7.5 \n",
    "flags": wide(some("5*")),
    "footnotes": wide(lambda value: f"{value} [a]" if value % 4 == 0 else str(value)),
    "units": wide("{} kg"),
    "euros": wide("{},50 €", ";"),
    "dollars": wide("${}"),
    "out of ten": wide("{}/10"),
    "exponents of Fortran": wide("{}.5D+00"),
    "Arabic digits": wide("٣{}").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "parentheses": wide(lambda value: f"({value})" if value % 4 == 0 else str(value)),
    "World Bank": '"Data Source","WDI",\n\n"Last Updated","2024",\n\n"Country","Code","1999","2000",\n'
    '"A","AA","1","",\n"B","BB","3","4",\n"C","CC","5","6",\n',
    "two header lines": ",2023,2023,2024\n" + wide(corner=""),
    "two header lines and a name": "year,2023,2023,2024\nmonth,Jan,Feb,Mar\nshop,,,\n" + wide().split("\n", 1)[1],
    "a pivot": "Sum of x,Column Labels,,\n" + wide(corner="Row Labels"),
    "titles and units": "Report 2024,,,\n,,,\nUnits,pieces,,\n" + wide(),
    "units below the header": wide().replace("\n", "\n,kg,kg,kg\n", 1),
    "a footer": wide() + ",,,\nSource: Office,,,\n",
    "a footer of text": wide() + "Source: Office\n",
    "sep=": "sep=;\n" + wide(mark=";"),
    "R": wide().split(",", 1)[1],
    "R with tabs": wide(mark="\t").split("\t", 1)[1],
    "GEO": '!Series_title\t"x"\n!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"\n'
    + SPOTS
    + "!series_matrix_table_end\n",
    "GCT": "#1.2\n11\t3\nName\tDescription\tS1\tS2\tS3\n" + SPOTS.replace("_at\t", "\tspot\t"),
    "BIOM": "# Constructed from biom file\n#OTU ID\tS1\tS2\tS3\n" + SPOTS,
    "LibSVM": "1 1:0.5 2:0.25\n0 2:0.75 3:0.5\n1 1:1.0\n",
    "JSON lines": '{"user": "u1", "item": "a", "rating": 3}\n{"user": "u2", "item": "b", "rating": 4}\n',
    "a dictionary": "{'ann': {'tea': 1}}\n",
    "SQL": "INSERT INTO t VALUES (1,2,3);\nINSERT INTO t VALUES (1,3,4);\n",
    "RTF": "{\\rtf1\\ansi x}\n",
    "ARFF": "% a comment\n@RELATION r\n@ATTRIBUTE a REAL\n@ATTRIBUTE b REAL\n@DATA\n1.0,2.0\n3.0,4.0\n",
    "Markdown": "| who | a | b |\n|-----|---|---|\n| x | 1 | 2 |\n| y | 3 | 4 |\n",
    "words of agreement": wide(lambda value: ("Disagree", "Neutral", "Agree")[value % 3]),
    "stars": wide(lambda value: "★" * (1 + value % 3)),
    "crosses": wide(lambda value: "x" if value % 2 else ""),
    **{f"{mark} for none": wide(some(mark)) for mark in MARKS},
    "NULL in triples": long("{u},{i},{v}\n", "user,item,rating\n").replace(",3\n", ",NULL\n"),
    "spaces in labels": long("{u},{i},{v}.0,1365811200\n"),
    "pairs": long("{u},{i}\n", "user,item\n"),
    "events": long("{u},{i},view,1700000000\n", "user_id,item_id,event,ts\n"),
    "statistics": "LOCATION,SUBJECT,FREQUENCY,TIME,Value,Flags\n"
    + "".join(f"C{n % 4},TOT,A,{2000 + n // 4},{n}.5,\n" for n in range(1, 17)),
    "counts without a header": "".join(f"G{n}\t{90 - n * 3}\t{n * 4 % 7}\n" for n in range(12)),
    "degrees": "place,lat,long,cases\n" + "".join(f"p{n},{n}.5,{-n}.25,{n * 3}\n" for n in range(1, 9)),
    "thousands and millions": wide(lambda value: f"{value}.5{'KM'[value % 2]}"),
    "check marks": wide(lambda value: "✗✓"[value % 2]),
    "tildes": wide(mark="~"),
    "a row that stands twice": wide().replace("Bea", "Ada"),
    "the header again": wide() + wide().replace("Ada", "Flo").partition("Bea")[0],
    "thumbs": "user,item,liked\nann,tea,up\nann,ham,down\nbob,tea,up\n",
}
