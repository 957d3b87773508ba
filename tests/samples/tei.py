"""Small TEI files, one document and one corpus: constructed; no person or address is real."""

HEADER = """<teiHeader><fileDesc><titleStmt><title type="main">{title}</title><author>{author}</author></titleStmt>
<publicationStmt><publisher>Archivo de Prueba</publisher><date when="2015-01-01">2015</date></publicationStmt>
<sourceDesc><bibl><title level="j">Bitácora de la esquina</title><date when="{date}">{date}</date>
<idno type="URL">http://example.org/{key}</idno></bibl></sourceDesc></fileDesc>
<profileDesc><langUsage><language ident="{lang}">{lang}</language></langUsage></profileDesc></teiHeader>"""

DOCUMENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0">
  {HEADER.format(title="El niño del mostrador", author="Ana Prueba", date="2009-03-12", key="nino", lang="es")}
  <text><body>
    <div><head>El niño del mostrador</head>
      <p>Ayer vino un niño y preguntó:
         <q>«¿Quién contesta <hi>aquí</hi>?»</q><note>Risas.</note> Nadie supo qué decir.</p>
      <p>Le dimos un cara<lb break="no"/>melo.<lb/>Y volvió.</p>
      <list><item>pan</item><item>café</item></list>
      <lg><l>Que sí, que no,</l><l>que llueva a chaparrón.</l></lg>
    </div>
  </body></text>
</TEI>
"""

CORPUS = f"""<?xml version="1.0" encoding="UTF-8"?>
<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">
  <teiHeader><fileDesc><titleStmt><title>Due blog</title></titleStmt></fileDesc></teiHeader>
  <TEI xml:id="perche">
    {HEADER.format(title="Perché no", author="Bruno Prova", date="2010-05-03", key="perche", lang="it")}
    <text><body><p>Perché no? È già tardi, ma il forno è aperto.</p></body></text>
  </TEI>
  <TEI xml:id="citta">
    {HEADER.format(title="La città", author="Carla Prova", date="2011-06-04", key="citta", lang="it")}
    <text><body><p>La città legge i commenti più dei giornali.</p></body></text>
  </TEI>
</teiCorpus>
"""


def samples() -> dict[str, bytes]:
    """A document and a corpus of two."""
    return {"documento.tei": DOCUMENT.encode(), "corpus.tei": CORPUS.encode()}
