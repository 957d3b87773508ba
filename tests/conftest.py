"""What all tests share: a cache of their own, the real material where it is at hand, a small corpus."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Vectors and models are made once per test session, never in the user's cache."""
    os.environ.setdefault("CLUETRAIN_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def seeds():
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("the five real texts (../shared/seeds) are not on this machine")
    return folder


POSTS = {
    "uno.md": (
        "---\ntitle: Escuchar\nlang: es\n---\nAntes de hablar hay que escuchar a los clientes. La tienda contestó las quejas "
        "en una hora.\n\nLa panadería de la esquina abre a las ocho. Tienen bollos de crema y café.\n\n"
        "Deja una respuesta\n\nTu dirección de correo electrónico no será publicada.\n"
    ),
    "dos.txt": (
        "Borraron los comentarios negativos de la página y nadie dio explicaciones a los clientes.\n\n"
        "Los empleados de la tienda deberían poder hablar en su propio blog. La empresa lo prohíbe a los empleados.\n\n"
        "La tienda de la esquina vende café y bollos. El café cuesta un euro.\n"
    ),
    "tre.txt": (
        "Prima di parlare bisogna ascoltare i clienti. Il negozio risponde ai reclami in un'ora.\n\n"
        "La fiducia si guadagna con il tempo e si perde in un giorno. Il negozio apre alle otto.\n"
    ),
    "quattro.txt": (
        "I clienti del negozio si scambiano consigli sul forum. Il forum conta più della pubblicità.\n\n"
        "Il negozio ha chiesto ai clienti idee per il nuovo prodotto. Il caffè costa un euro al negozio.\n"
    ),
}


@pytest.fixture
def small_corpus(tmp_path):
    """Two Spanish and two Italian posts, one with page furniture."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
