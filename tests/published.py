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


AGREE = "Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"
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
    "value labels": long("{u},{i},{v} - Agree\n", "respondent,statement,answer\n"),
    "value labels of Stata": "id,q1,q2\n1,1. never,2. rarely\n2,3. sometimes,5. always\n3,4. often,1. never\n",
    "NA of R": '"","user","item","rating"\n"1","a","x",3\n"2","a","y",NA\n"3","b","x",2\n"4","b","y",NA\n',
    "dput": 'structure(list(user = c("a", "b"), rating = c(3, \n4)), class = "data.frame", row.names = c(NA, -2L))\n',
    "print of R": "     tea ham jam\nann    1   2   3\nbob    3   4   1\ncid    2   2   5\n",
    "Qualtrics": "StartDate,ResponseId,Q1,Q2\nStart Date,Response ID,Like? - tea,Like? - ham\n"
    '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""Q1""}","{""ImportId"":""Q2""}"\n'
    + "".join(f"2024-01-0{n + 1} 10:00:00,R_{n}abc,{1 + n % 5},{1 + n * 2 % 5}\n" for n in range(6)),
    "Google Forms": "Timestamp,Your name?,Rate [tea],Rate [ham]\n"
    + "".join(f"1/{n}/2024 10:0{n}:00,n{n},{1 + n % 5},{1 + n * 2 % 5}\n" for n in range(1, 7)),
    "Google Forms with words": "Timestamp,Name,Rate [tea],Rate [ham]\n1/1/2024 10:01:00,Ada,Agree,Neutral\n"
    "1/2/2024 10:02:00,Bea,Disagree,Agree\n1/3/2024 10:03:00,Cid,Agree,Agree\n",
    "durations": long("{u},{i},{v}h {v}m\n", "user,app,time_spent\n"),
    "hours, minutes, seconds": wide("1:28:{}"),
    "minutes and seconds": long("{u};{i};{v}:3{v}\n", "user;app;duration\n"),
    "durations of ISO": wide("PT1H{}M"),
    "euros before": wide("€ 1.2{},50", ";"),
    "accounts": wide(lambda value: f"$ {value}.00" if value % 4 else "$ -   "),
    "prices": long("{u},{i},${v}.50\n", "customer,product,price\n"),
    "fractions": wide(lambda value: f"{value}/{100 + value % 2 * 100}"),
    "out of so many": wide("{} out of 99"),
    "stars of Amazon": long("{u},{i},{v}.0 out of 5 stars\n", "user,film,rating\n"),
    "empty stars": wide(lambda value: "★" * (1 + value % 5) + "☆" * (4 - value % 5)),
    "asterisks": wide(lambda value: "*" * (1 + value % 5)),
    "faces": wide(lambda value: "😀😐😡"[value % 3]),
    "labels of emoji": "who,🍎,👨‍👩‍👧\n😀,1,2\n😁,3,4\n",
    "ids with leading zeros": "".join(f"{n % 6:05},{n // 6:06},{1 + n * 7 % 9}\n" for n in range(24)),
    "ids as floats": "user_id,item_id,rating\n1,7,3\n1.0,8,4\n2.0,7.0,5\n2,8,1\n",
    "a time first": "".join(f"2024-01-{n + 1:02}T10:00:00Z,u{n % 6},m{n // 6},{1 + n % 5}\n" for n in range(24)),
    "escaped quotes": '"User-ID";"ISBN";"Book-Rating"\n"1";"03X";"5"\n"2";"0155\\"061";"6"\n"1";"0155";"7"\n',
    "Last.fm": "".join(f"0{n % 6}b7\t3bd{n // 6}\tartist {n // 6}\t{2137 - n * 31}\n" for n in range(24)),
    "Steam": "user_id,game,behavior,hours\n"
    + "".join(f'15{n % 6},"Game, {n // 6}",play,{3.5 + n}\n' for n in range(24)),
    "true and false": "Basket,tea,ham\n1,TRUE,FALSE\n2,FALSE,TRUE\n3,TRUE,TRUE\n",
    "baskets": "bread,milk,eggs\nmilk\nbread,beer\neggs,milk,beer,tea\nbread\n",
    "baskets of numbers": "1 3 4\n2 3 5\n1 2 3 5\n2 5\n1 2 3 5\n",
    "anime": "".join(f"{1 + n % 6},{n // 6},{-1 if n % 3 == 0 else 6 + n % 5}\n" for n in range(30)),
    "jokes": ",a,b,c\n" + "".join(f"r{n},{n * 1.5 - 9},{n - 5.5},{99 if n % 3 else 2 - n}\n" for n in range(12)),
    "numbers of others behind": wide("{} (3)"),
    "shares behind": wide(lambda value: f"{value} ({value / 10}%)"),
    "deviations": wide("{}.5 ± 0.1"),
    "intervals": wide(lambda value: f'"{value} [{value - 2}, {value + 2}]"'),
    "less than": wide(some("<5")),
    "taxonomy": "#OTU ID\tS1\tS2\ttaxonomy\n" + "".join(f"O{n}\t{n}\t{n % 3}\tk__B; g__{n}\n" for n in range(9)),
    "Matrix Market": "%%MatrixMarket matrix coordinate integer general\n%x\n3 3 4\n1 1 3\n2 1 4\n3 2 1\n1 3 7\n",
    "Matrix Market without values": "%%MatrixMarket matrix coordinate pattern general\n3 3 4\n1 1\n2 1\n3 2\n1 3\n",
    "an array of JSON": '[{"user": "u1", "item": "a", "rating": 3},\n {"user": "u2", "item": "b", "rating": 4}]\n',
    "an array of arrays": '[["who", "tea", "ham"], ["ann", 1, 2], ["bob", 3, 4]]\n',
    "a split DataFrame": '{"columns": ["tea", "ham"], "index": ["ann", "bob"], "data": [[1, 2], [3, 4]]}\n',
    "objects in JSON": '{"ann": {"tea": 1, "ham": 2}, "bob": {"tea": 3, "ham": 4}}\n',
    "lines of Python": "{'user': 'u1', 'item': 'a', 'rating': 3}\n{'user': 'u2', 'item': 'b', 'rating': 4}\n",
    "mysql": "+-----+-----+\n| who | tea |\n+-----+-----+\n| ann |   1 |\n| bob |   3 |\n+-----+-----+\n",
    "HTML": "<html><table><tr><th>who</th></tr><tr><td>1</td></tr></table></html>\n",
    "notes below": wide() + "\nNote: preliminary\n* revised\n",
    "all alike": wide("3").replace("316", "3"),
    "ones": long("{u},{i},1\n", "user,item,clicked\n"),
    "visits": long("{u},{i},{v}\n", "user,page,visits\n"),
    "marks of order of bytes within": "\ufeff" + wide() + "\ufeff" + wide(rows=[("Gil", 1, 2, 3), ("Hal", 4, 5, 7)]),
    "pairs below comments": "# a graph\n# 5 edges\n# from\tto\n0\t1\n0\t2\n1\t3\n2\t3\n4\t1\n",
    "one gene a line": "".join(f"ENSG{n}\t{n * 7 % 90 + 3}\n" for n in range(9)),
    "semicolons and commas": long("{u};{i};{v},5\n", "user;item;rating\n"),
    "words of Goodreads": "user,book,rating\nu1,x,it was ok\nu1,y,liked it\nu2,x,it was amazing\nu2,y,it was ok\n",
    "grades": wide(lambda value: ("A", "B+", "A-", "C")[value % 4]),
    "Roman numbers": wide(lambda value: ("I", "IV", "V", "IX")[value % 4]),
    "a minus behind": wide(lambda value: f"{value}-" if value % 4 == 0 else str(value)),
    "lakhs": wide('"{},00,000"'),
    "sizes": wide(lambda value: f"{value} {'KMG'[value % 3]}B"),
    "grams and kilograms": wide(lambda value: f"{value} {('g', 'kg')[value % 2]}"),
    "ten thousands": wide("{}万"),
    "wide digits": wide().translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "thumbs": "user,item,liked\nann,tea,up\nann,ham,down\nbob,tea,up\n",
    "Destatis": "Bevölkerung\nAnzahl\n;2019;2020;2021\nKreis;Anzahl;Anzahl;Anzahl\n"
    + wide("1.{}0", ";").split("\n", 1)[1]
    + "__________\n© Amt\n",
    "INSEE": wide('"1 2{} 567"', ";"),
    "Eurostat, a cell a line": "DATAFLOW,LAST UPDATE,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
    + "".join(
        f"X(1.0),01/02/24 23:00,A,C{n % 4},{2015 + n // 4},{n * 7 % 9}.5,{'e' * (n % 3 == 0)}\n" for n in range(24)
    ),
    "census": "GEO_ID,NAME,S01_001E,S01_002E\nGeography,Area Name,Estimate!!Total,Estimate!!Male\n"
    + "".join(f'05{n},"County {n}, Alabama",{5000 + n},{2500 + n}\n' for n in range(6)),
    "rupees": wide('"₹{},23,456"'),
    "reais": wide("R$ 1.2{},50", ";"),
    "francs": wide("CHF 1'2{}.50", ";"),
    "euros and dashes": wide(lambda value: f"{value},50 €" if value % 4 else "-   €", ";"),
    "two decimal commas": "Kod;Nazwa;2019;2020\n"
    + "".join(f"0{n};Gmina {'abcde'[n]};{n}1,25;{n}2,75\n" for n in range(5)),
    "films": "show_id,type,title,release_year,rating,duration\n"
    + "".join(f"s{n},Movie,Film {n},{2000 + n},PG-13,{90 + n} min\n" for n in range(12)),
    "members and dates": "Member_number,Date,itemDescription\n"
    + "".join(f"{1000 + n % 7},2{n % 9}-07-2015,{('milk', 'bread', 'beer')[n % 3]}\n" for n in range(24)),
    "tags": "userId,movieId,tag,timestamp\n"
    + "".join(f"{n % 6},{10 + n // 6},funny {n % 4},{14457e5 + n:.0f}\n" for n in range(24)),
    "games": ",user,rating,comment,ID,name\n"
    + "".join(f'{n},u{n % 6},{1 + n * 7 % 5}.0,"nice, {n}",{n // 6},Game {n // 6}\n' for n in range(24)),
    "passengers": "PassengerId,Survived,Name,Sex,Age,Fare,Cabin\n"
    + "".join(f'{n + 1},{n % 2},"Smith, Mr. {n}",male,{20 + n},{n}.25,C{n % 3}\n' for n in range(12)),
    "components of payments": '"Time","V1","V2","Class"\n'
    + "".join(f'{n},{n / 10 - 1},{n / 5 - 1},"{n % 2}"\n' for n in range(12)),
    "pictures": "label,p0,p1,p2,p3\n" + "".join(f"{n % 5},{n * 7},0,{n * 3},{n}\n" for n in range(12)),
    "a plate": "Plate Reader\nDate:,2024-01-02\n\n,1,2,3,4\n"
    + "".join(f"{row},.12,.3{n},.5,.7{n}\n" for n, row in enumerate("ABCDE"))
    + "\nTemperature,25\n",
    "cytometry": "FSC-A\tSSC-A\tFITC-A\n" + "".join(f"{1000 + n}.5\t{500 - n}.25\t{n}.125\n" for n in range(9)),
    "proteins": "Protein IDs\tGene names\tLFQ a\tLFQ b\tReverse\n"
    + "".join(f"P{n};Q{n}\tG{n}\t{n * 103}\t{n * 99 % 5}\t{'+' * (n == 3)}\n" for n in range(9)),
    "counts of reads": '# Program:featureCounts v2; Command:"x" "-a"\nGeneid\tChr\tStart\tLength\ta.bam\tb.bam\n'
    + "".join(f"E{n}\tchr1;chr1\t{n}00;{n}50\t{60 + n}\t{n * 3}\t{n * 5 % 7}\n" for n in range(9)),
    "spectra": "Wavenumber,S1,S2\n" + "".join(f"{400 + n * 2}.5,.{10 + n},.{30 + n}\n" for n in range(9)),
    "peaks": "[Header]\nApplication\tLab\n[Peak Table]\n# of Peaks\t3\n"
    "Peak#\tTime\tArea\n1\t2.5\t12\n2\t3.4\t23\n3\t4.5\t34\n",
    "a cast of a probe": "* Sea-Bird\n# nquan = 3\n*END*\n"
    + "".join(f"   {n}.0   {10 + n}.5   {30 + n}.1\n" for n in range(9)),
    "Excel of France": "sep=;\r\n" + wide("1\u202f2{},5", ";").replace("\n", "\r\n"),
    "errors of Excel": wide(some("#DIV/0!")),
    "dates made of fractions": wide(lambda value: "02-Jan" if value == 15 else str(value)),
    "merged cells": "Region,Shop,Q1,Q2\n" + "".join(f"{'North' * (n == 0)},s{n},{n},{n + 2}\n" for n in range(6)),
    "answers with words": "id,q1,q2\n" + "".join(f"r{n},{1 + n % 5} (agree),{1 + n * 2 % 5}\n" for n in range(9)),
    "codes for refusals": "ID,V1,V2\n"
    + "".join(f"p{n},{1 + n % 5},{-99 if n % 5 == 0 else 1 + n % 4}\n" for n in range(15)),
    "ranges": wide('"{}-90"'),
    "several answers": "who,likes\n" + "".join(f'p{n},"tea;ham;jam"\n' for n in range(5)),
    "a pivot of pandas": ",rating,rating\nitem,a,b\nuser,,\nu1,1,2\nu2,3,\nu3,5,4\n",
    "what pandas describes": wide() + "count,5,5,5\nmean,33.8,37.6,69.2\nstd,18,22,15\n",
    "write.csv2": '"";"tea";"ham"\n"ann";1,5;2\n"bob";3;4,25\n"cid";0,5;NA\n',
    "psql": " who | tea \n-----+-----\n ann |   1 \n bob |   3 \n(2 rows)\n",
    "LaTeX": "\\begin{tabular}{lrr}\n\\toprule\nwho & tea & ham \\\\\n\\midrule\n"
    "ann & 1 & 2 \\\\\nbob & 3 & 4 \\\\\n\\end{tabular}\n",
    "YAML": "ann:\n  tea: 1\n  ham: 2\nbob:\n  tea: 3\n  ham: 4\n",
    "a list in YAML": "- user: ann\n  item: tea\n  rating: 1\n- user: bob\n  item: ham\n  rating: 4\n",
    "one column": "tea\nham\ntea\n",
    "names and values in a log": long("user={u} item=f{v} rating={v}\n"),
    "a log of a server": "".join(
        f'10.0.0.{n % 4} - - [10/Oct/2000:13:55:{n:02} -0700] "GET /p{n % 3}.html HTTP/1.0" 200 {n}\n'
        for n in range(12)
    ),
    "votes": "user,post,vote\n" + "".join(f"u{n % 6},p{n // 6},{1 if n % 3 else -1}\n" for n in range(24)),
    "thumbs of emoji": "user,item,vote\n" + "".join(f"u{n % 6},p{n // 6},{'👍👎'[n % 2]}\n" for n in range(12)),
    "yes, no and maybe": "user,item,likes\n"
    + "".join(f"u{n % 6},p{n // 6},{('Yes', 'No', 'Maybe')[n % 3]}\n" for n in range(12)),
    "grades of students": "student,course,grade\n"
    + "".join(f"u{n % 6},c{n // 6},{'ABCDF'[n % 5]}\n" for n in range(12)),
    "stars of hotels": "User,Hotel,Overall\n" + "".join(f"u{n % 6},h{n // 6},{'*' * (1 + n % 5)}\n" for n in range(12)),
    "limits": wide(lambda value: f"<0.{value}" if value % 3 == 0 else f">{value}" if value % 4 == 0 else str(value)),
    "about": wide("~{}"),
    "ranks": wide("{}th"),
    "powers of ten": wide("{}×10^3"),
    "ages to open ends": wide(lambda value: f"{value}+" if value % 4 == 0 else str(value)),
    "MySQL": "-- MySQL dump\nCREATE TABLE `r` (\n  `u` int, `i` text, `v` int\n);\n"
    "INSERT INTO `r` VALUES (1,'tea, \\'green\\'',5),(1,'ham',3),\n(2,'tea, \\'green\\'',4);\n",
    "PostgreSQL": '--\n-- PostgreSQL database dump\n--\nCOPY r ("user", item, rating) FROM stdin;\n'
    "1\t10\t5\n1\t11\t3\n2\t10\t4\n\\.\n",
    "JSON around a list": '{"data": [{"user": "u1", "item": "a", "rating": 3},\n'
    '{"user": "u2", "item": "b", "rating": 4}]}\n',
    "JSON within JSON": '{"user": {"id": 1}, "items": {"tea": 3}}\n{"user": {"id": 2}, "items": {"tea": 5}}\n',
    "a list of lists a line": '["ann", "tea", 3]\n["bob", "ham", 4]\n["ann", "ham", 2]\n',
    "XML": '<?xml version="1.0"?>\n<votes><row user="u1" item="a" rating="3"/>\n'
    '<row user="u2" item="b" rating="4"/></votes>\n',
    "a page that is missing": "<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n",
    "Markdown without outer bars": "who | tea | ham\n--- | --- | ---\nann, b | 1 | 2\nbob | 3 | 4\n",
    "a box": "┌─────┬─────┐\n│ who │ tea │\n├─────┼─────┤\n│ ann │   1 │\n│ bob │   3 │\n└─────┴─────┘\n",
    "SQL*Plus": "WHO         TEA\n---------- ----\nann b         1\nbob          13\n\n2 rows selected.\n",
    "tables of reStructuredText": "=====  ===\nwho    tea\n=====  ===\nann b    1\nbob     13\n=====  ===\n",
    "columns of spaces": "name        tea  ham\nAnn Smith     1    2\nBob Jones    13    4\n",
    "print of NumPy": "[[1 2 3]\n [4 5 6]\n [7 8 9]]\n",
    "an array of C": "{1, 2, 3},\n{4, 5, 6},\n{7, 8, 9},\n",
    "edges": "ann bob 3\nann cid 2\nbob cid 5\ncid dov 1\ndov ann 4\n",
    "edges of NetworkX": "ann bob {'weight': 3}\nann cid {'weight': 2}\nbob cid {'weight': 5}\n",
    "one half of a matrix": "%%MatrixMarket matrix coordinate real symmetric\n3 3 4\n1 1 3\n2 1 4\n3 2 1\n3 3 7\n",
    "an array of Matrix Market": "%%MatrixMarket matrix array real general\n2 3\n1\n2\n3\n4\n5\n6\n",
    "queries of LibSVM": "3 qid:1 1:0.5 2:0.25 # a\n2 qid:1 2:0.75 3:0.5 # b\n1 qid:2 1:1.0 # c\n",
    "reviews of Amazon": "".join(
        f"product/productId: B{n}\nreview/userId: U{n // 2}\nreview/score: {n}.0\n\n" for n in (1, 2, 3)
    ),
    "ratings below their user": "u1|3\n12\t50\n13\t30\n14\t90\nu2|2\n12\t10\n14\t40\n",
    "sections": "region,2023,,2024,\n,sold,cost,sold,cost\nN,1,2,3,4\nS,5,6,7,8\nE,2,3,4,5\n",
    "separators below the header": wide().replace("\n", ",\n").replace("Mar,", "Mar"),
    "carets": wide(mark="^"),
    "control characters of Hive": wide(mark="\x01"),
    "separators of ASCII": wide(mark="\x1f"),
    "exponents behind commas": wide("{},5E+03", ";"),
    "accounts in dollars": wide(lambda value: f"(${value}.00)" if value % 4 == 0 else f"${value}.00"),
    "halves": long("{u},{i},{v}½\n", "user,item,rating\n"),
    "hexadecimal": wide("0x{}F"),
    "Arabic thousands": wide("{}٬250").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "days": wide(lambda value: f"2024-01-{1 + value % 28:02}"),
    "below 0 alone": wide("−{}"),
    "numbers as words": "user,item,rating\n"
    + "".join(f"u{n % 6},i{n // 6},{('two', 'three', 'one')[n % 3]}\n" for n in range(12)),
    "on and off": wide(lambda value: ("off", "on")[value % 2]),
    "index and prices": ",who,a,b\n" + "".join(f"{n},$ shop {n},${n + 1},${n * 7 % 5}\n" for n in range(5)),
    "comments among prices": "# by hand\nwho,a,b\nann #1,$1,$2\n# half\nbob,$3,$4\ncid,$5,$6\n",
    "titles and kinds": "".join(f"{n}::Film {n}, the (1995)::{'ab'[n % 2]}|c\n" for n in range(15)),
    "a second table below": wide() + "\nplace,a,b,c\n" + wide(rows=[("Gil", 1, 2, 3)]).split("\n", 1)[1],
    "a line within quotes": 'who,a,b\n"x\ny",1,2\nz,3\nw,4,5\n',
    "genotypes": wide(lambda value: ("0/0", "0/1", "1/1", "./.")[value % 4], "\t"),
    "genotypes of known order": wide(lambda value: ("0|0", "0|1", "1|1")[value % 3], "\t"),
    "stars in words": wide(lambda value: f"{1 + value % 5} star{'s' * (value % 5 > 0)}"),
    "answers before numbers": wide(lambda value: ("Agree (3)", "Neutral (2)", "Disagree (1)")[value % 3]),
    "dashes before a comment": "-- by hand\n" + wide(),
    "bars between commas": wide("{}|1"),
    "columns called alike": "who,a,a\nx,1,2\nx,3,4\ny,5,6\nz,7,8\n",
    "two versions": "who,tea\n<<<<<<< HEAD\nann,1\n=======\nann,2\n>>>>>>> theirs\nbob,3\n",
    "NUL bytes at the end": wide() + "\0" * 99,
    "an error of a store": "<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>\n",
    "no columns but that of labels": "who,\n,ham\na,\n",
    "names and values": "tea=3\nham=4\njam=5\n",
    **{
        f"Total, {label}": wide() + f"{label},169,188,346\n"
        for label in ("合計", "Итого", "Összesen", "Total geral", "الإجمالي")
    },
    **{f"separated by {mark}": wide(mark=mark) for mark in "，；/@\\#"},
    "newlines that are written": wide().replace("\n", "\\n"),
    "rows between bars": "".join(f"| {line.replace(',', ' | ')} |\n" for line in wide().splitlines()),
    "Polars": "shape: (2, 2)\n┌─────┬─────┐\n│ who ┆ tea │\n╞═════╪═════╡\n"
    "│ ann ┆ 16  │\n│ bob ┆ 52  │\n└─────┴─────┘\n",
    "AsciiDoc": "[cols=2]\n|===\n|who |tea\n|ann |1\n|bob |2\n|===\n",
    "a matrix printed by R": "     [,1] [,2]\n[1,]   16   28\n[2,]   52   13\n",
    "Octave": "# Created by Octave\n# name: A\n# type: matrix\n# rows: 2\n# columns: 3\n 16 28 64\n 52 13 87\n\n",
    "a matrix of MATLAB": "A = [16 28 64; 52 13 87; 15 71 63];\n",
    "a matrix of Mathematica": "{{16, 28, 64}, {52, 13, 87}}\n",
    "bases": wide(lambda value: (hex, oct, bin)[value % 3](value)),
    "decimals behind a middle dot": wide("{}·5"),
    "ranges in other words": wide(lambda value: f"{value} {('bis', 'à', '~')[value % 3]} {value + 2}"),
    "characters that are not seen in labels": wide().replace("Ada", "Ada\u200b"),
    "characters that are not seen in values": wide("\u200b{}"),
    "Sí and No": wide(lambda value: ("No", "Sí")[value % 2]),
    "да и нет": wide(lambda value: ("нет", "да")[value % 2]),
    "True among numbers": wide(some("True")),
    "dates, day first": wide(lambda value: f"{value % 28 + 1}.{value % 12 + 1}.2020"),
    "dates, month first": wide(lambda value: f"{value % 12 + 1}/{value % 28 + 1}/2020"),
    "votes for, against and none": "user,post,vote\n" + "".join(f"u{n % 6},p{n // 6},{n % 3 - 1}\n" for n in range(24)),
    "lines ended by NEL": wide().replace("\n", "\x85"),
    "lines ended by a separator of lines": wide().replace("\n", "\u2028"),
    "thousands without quotes": wide("1,2{}"),
    "some thousands without quotes": wide(some("1,204")),
    "years above names": ",2019,2019,2020\n,sold,cost,sold\n" + wide().split("\n", 1)[1],
    "years above months": ",2019,2019,2020\n,1,2,1\n" + wide().split("\n", 1)[1],
    "years, names and a name of rows": "year,2019,2019,2020\nwhat,sold,cost,sold\nshop,,,\n" + wide().split("\n", 1)[1],
    "a list within YAML": "ratings:\n  - user: ann\n    item: tea\n    rating: 1\n"
    "  - user: bob\n    item: ham\n    rating: 4\n",
    "rows between braces in YAML": "---\nann: {tea: 1, ham: 2}\nbob: {tea: 3, ham: 4}\n",
    "dput of a matrix": 'structure(c(1, 2, 3, 4), dim = c(2L, 2L), dimnames = list(c("a", "b"), c("x", "y")))\n',
    "insert in the header": wide(corner="insert date"),
    "answers with their day": "ResponseId,StartDate,Q1,Q2\n"
    + "".join(f"R{n},2024-01-{n + 10},{AGREE[n % 5]},{AGREE[n * 3 % 5]}\n" for n in range(10)),
    "totals of groups": "shop,tea,ham\nA,1,2\nB,3,4\nNorth subtotal,4,6\nC,5,6\nD,7,8\nSouth subtotal,12,14\n"
    "Grand total,16,20\n",
    "years below names": "item,tea,tea,ham,ham\nyear,2020,2021,2020,2021\nx,1,2,3,4\ny,5,6,7,8\nz,1,2,3,5\n",
    "ranges, the last one open": wide(some("1-5")).replace("64", ">60"),
    "places before days": "country,lat,long,1/22/20,1/23/20,1/24/20\n"
    + "".join(f"c{n},{n}.5,{n * 2}.25,{n},{n + 1},{n * 2}\n" for n in range(1, 6)),
    "euros, marks for none": "shop;a;b\nx;5 €;7,50 €\ny;3 €;k. A.\nz;-;2 €\n",
    "wavelengths": "sample,"
    + ",".join(f"{400 + n / 2:.1f}" for n in range(12))
    + "\n"
    + "".join(f"s{n}," + ",".join(f"{(7 * n + 3 * m) % 11 / 10}" for m in range(12)) + "\n" for n in range(5)),
    "shares beside amounts": "Item,Qty,Share\nA,10,10%\nB,30,30%\nC,60,60%\nTotal,100,100%\n",
    "KONECT": "% bip weighted\n% 6 3 4\n1 1 5\n1 2 3\n2 1 4\n2 3 1\n3 4 2\n3 2 2\n",
    "JavaScript": 'var data = [\n {user:"a", item:"x", rating:3},\n {user:"b", item:"y", rating:4}\n];\n',
    "a header parted otherwise": wide().replace("shop,Jan,Feb,Mar", "shop;Jan;Feb;Mar"),
    "spaces around lines": "who a b \nx 1 2 \ny 3 4 \n",
    "SPSS in portable form": "ASCII SPSS PORT FILE" + "0" * 60 + "\n",
    "a comment that is one of a kind": "user,item,rating,comment\nann,tea,1,a\nann,ham,2,b\nbob,tea,3,c\nbob,ham,4,d\n",
}
