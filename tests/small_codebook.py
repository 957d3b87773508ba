"""A codebook of three codes with an example bank made of parts: learnt in a second, for tests of the learner."""

import json

from toolkit.codebook import load_codebook

WHO = {
    "es": ["La tienda", "El banco del barrio", "Una empresa de telefonía", "El hotel"],
    "it": ["Il negozio", "La banca del quartiere", "Un'azienda di telefonia", "L'albergo"],
}
#: What they do by code (None: no code), with the stance.
DOES = {
    "es": [
        ("respuestas", "breach", "ignora las preguntas de sus clientes en la red"),
        ("respuestas", "breach", "nunca contestó a las quejas"),
        ("respuestas", "endorses", "debe contestar pronto a cada pregunta"),
        ("respuestas", "mentions", "respondió ayer a cuarenta mensajes de usuarios"),
        ("precios", "endorses", "tiene que rebajar el precio de sus productos"),
        ("precios", "breach", "subió las tarifas sin avisar a nadie"),
        ("precios", "mentions", "publica la lista de precios cada mes"),
        ("precios", "mentions", "cuesta veinte euros más que el año pasado"),
        ("plantilla", "endorses", "debería dejar hablar a los empleados en su blog"),
        ("plantilla", "breach", "prohíbe a los trabajadores escribir en internet"),
        ("plantilla", "breach", "despidió a una empleada por un comentario"),
        ("plantilla", "mentions", "reunió a su personal en una sala"),
        (None, None, "está al lado de la estación de tren"),
        (None, None, "tiene un logotipo azul y una puerta grande"),
        (None, None, "cambió el plugin del formulario por otro más ligero"),
        (None, None, "abrió el martes después de la lluvia"),
    ],
    "it": [
        ("respuestas", "breach", "ignora le domande dei suoi clienti in rete"),
        ("respuestas", "breach", "non ha mai risposto ai reclami"),
        ("respuestas", "endorses", "deve rispondere presto a ogni domanda"),
        ("respuestas", "mentions", "ha risposto ieri a quaranta messaggi di utenti"),
        ("precios", "endorses", "deve abbassare il prezzo dei suoi prodotti"),
        ("precios", "breach", "ha alzato le tariffe senza avvisare nessuno"),
        ("precios", "mentions", "pubblica il listino dei prezzi ogni mese"),
        ("precios", "mentions", "costa venti euro in più dell'anno scorso"),
        ("plantilla", "endorses", "dovrebbe lasciar parlare i dipendenti sul suo blog"),
        ("plantilla", "breach", "vieta ai lavoratori di scrivere in internet"),
        ("plantilla", "breach", "ha licenziato una dipendente per un commento"),
        ("plantilla", "mentions", "ha riunito il personale in una sala"),
        (None, None, "si trova accanto alla stazione dei treni"),
        (None, None, "ha un logo azzurro e una porta grande"),
        (None, None, "ha cambiato il plugin del modulo con uno più leggero"),
        (None, None, "ha aperto martedì dopo la pioggia"),
    ],
}
YAML = """
id: oficina
version: "1"
languages: [es, it]
title: {es: Oficina, it: Ufficio}
example_files: [ejemplos.jsonl]
codes:
  - id: respuestas
    name: {es: Respuestas, it: Risposte}
    definition: {es: Si se contesta a preguntas y quejas., it: Se si risponde a domande e reclami.}
    cues:
      es: [{cue: contestar, weight: 2}, {cue: responder, weight: 2}]
      it: [{cue: rispondere, weight: 2}]
  - id: precios
    name: {es: Precios, it: Prezzi}
    definition: {es: Lo que cuestan los productos y cómo cambian sus precios., it: Quanto costano i prodotti.}
    cues:
      es: [{cue: precio, weight: 3}, {cue: tarifa, weight: 2}]
      it: [{cue: prezzo, weight: 3}]
  - id: plantilla
    name: {es: Plantilla, it: Personale}
    definition: {es: Los empleados y trabajadores de la casa., it: I dipendenti e i lavoratori della casa.}
"""


def example_rows():
    """The rows of the example bank."""
    return [
        {"lang": lang, "text": f"{who} {does}.", "codes": {code: stance} if code else {}}
        for lang in ("es", "it")
        for who in WHO[lang]
        for code, stance, does in DOES[lang]
    ]


def small_codebook(folder, rows=None, yaml=YAML):
    """Write the codebook into a folder, with these rows as its example bank, and load it."""
    rows = example_rows() if rows is None else rows
    (folder / "ejemplos.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    (folder / "oficina.yaml").write_text(yaml, encoding="utf-8")
    return load_codebook(folder / "oficina.yaml")
