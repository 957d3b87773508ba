"""Small valid text files, constructed."""


def samples() -> dict[str, bytes]:
    """File name -> bytes."""
    note = "---\ntitle: Apuntes de la jornada\nlang: es\ndate: 12 de marzo de 2009\nauthor: Inés Rolán\n---\n"
    body = (
        "¿Quién contesta?\n\nNadie contestó en tres días; la señora de la tienda volvió a escribir.\n\n- uno\n- dos\n"
    )
    return {
        "apuntes.md": (note + body).encode(),
        "carta.txt": "Perché nessuno risponde? È già la terza volta che scrivo.\r\n\r\nGrazie.".encode("cp1252"),
    }
