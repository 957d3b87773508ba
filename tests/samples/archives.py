"""Small archives of Spanish and Italian texts."""

import gzip
import io
import zipfile

MEMBERS = {
    "2009/mañana.txt": "Mañana abre la tienda: ¿quién contestará a los clientes?",
    "2010/perché.md": "---\ntitle: Perché\nlang: it\n---\nPerché nessuno risponde? È già tardi.",
    "posts.csv": "doc_id,lang,text\nuno,es,Hablar es escuchar a quien compra.\ndue,it,La città è più vicina.\n",
}


def zipped(members: dict[str, str | bytes], *, stored: bool = False) -> bytes:
    """A ZIP archive; the same members give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            info = zipfile.ZipInfo(name, (2016, 11, 5, 10, 0, 0))
            archive.writestr(info, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def samples() -> dict[str, bytes]:
    inner = gzip.compress(MEMBERS["posts.csv"].encode(), mtime=0)
    return {
        "textos.zip": zipped(MEMBERS),
        "anidado.zip": zipped({"2009.zip": zipped(MEMBERS, stored=True), "posts.csv.gz": inner}, stored=True),
        "posts.csv.gz": inner,
    }
