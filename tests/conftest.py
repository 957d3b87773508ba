"""What all tests share: a cache of their own, the real material where it is at hand, a small corpus."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Vectors and models are made once per test session, never in the user's cache."""
    os.environ.setdefault("CLUETRAIN_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def browser():
    """An installed Chromium, or a skip that says what to install."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def seeds():
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("the five real texts (../shared/seeds) are not on this machine")
    return folder


POSTS = {
    "uno.md": [
        "---\ntitle: Escuchar\nlang: es\n---\nAntes de hablar hay que escuchar a los clientes.",
        "La tienda contestó las quejas en una hora. Los clientes volvieron a la tienda.",
        "La panadería de la esquina abre a las ocho. Tienen bollos de crema y café.",
        "El café de la panadería cuesta un euro. Los bollos de crema cuestan dos euros.",
        "La página de la tienda tiene fotos y comentarios. Los comentarios preguntan precios.",
        "Los precios de la panadería bajaron en la página. Las fotos de bollos gustan.",
        "Deja una respuesta\n\nTu dirección de correo electrónico no será publicada.",
    ],
    "dos.txt": [
        "Borraron los comentarios negativos de la página y nadie dio explicaciones a los clientes.",
        "Los empleados de la tienda deberían poder hablar en su propio blog.",
        "La empresa prohíbe el blog a los empleados. Los empleados hablan en la panadería.",
        "La tienda de la esquina vende café y bollos. El café cuesta un euro.",
        "Las quejas de los clientes llegan a la página. La empresa borra quejas y fotos.",
        "El blog de los empleados tiene fotos de la tienda y precios del café.",
    ],
    "tre.txt": [
        "Prima di parlare bisogna ascoltare i clienti. Il negozio risponde ai reclami.",
        "La fiducia si guadagna con il tempo. I clienti del negozio hanno fiducia nel fornaio.",
        "Il fornaio apre alle otto e vende pane e caffè. Il caffè del fornaio costa un euro.",
        "Il pane del fornaio piace ai clienti. Il negozio compra pane e caffè.",
        "Il forum parla di prezzi e di pane. I prezzi del negozio stanno sul forum.",
    ],
    "quattro.txt": [
        "I clienti del negozio si scambiano consigli sul forum. Il forum conta più della pubblicità.",
        "Il negozio ha chiesto ai clienti idee per il nuovo prodotto.",
        "La pubblicità del fornaio sta sul forum. I reclami dei clienti pure.",
        "Le idee dei clienti cambiano il prodotto. Il prodotto nuovo costa un euro.",
        "Il caffè del negozio e il pane del fornaio hanno prezzi uguali sul forum.",
        "I reclami e le idee arrivano al negozio. Il negozio ascolta i reclami.",
    ],
}


def write_posts(folder):
    folder.mkdir()
    for name, paragraphs in POSTS.items():
        (folder / name).write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
    return folder


def same_tables(one, other, rtol=0.0):
    """That two analyses have the same tables, but for the time at which annotations were made: to the last digit, or
    with ``rtol`` where one of the two has read the shares of themes by parts, which are held in 32 bits then."""
    assert sorted(one.tables) == sorted(other.tables)
    for name in one.tables:
        left, right = (found.tables[name].drop(columns="created", errors="ignore") for found in (one, other))
        pd.testing.assert_frame_equal(left, right, obj=name, check_exact=not rtol, rtol=rtol, atol=0)


@pytest.fixture
def small_corpus(tmp_path):
    """Two Spanish and two Italian posts, one with page furniture."""
    return write_posts(tmp_path / "small")
