"""Small saved pages as the blog systems of 2005-2015 wrote them: constructed; no site, person or comment is real.

What stands between ⟦ and ⟧ is the main text; :func:`pages` gives each page with it and :func:`samples` the files.
"""

import re

BLOGGER = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" dir="ltr" lang="en"><head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>
<title>La trastienda: El cartel de la puerta</title>
<link rel="alternate" type="application/atom+xml" title="La trastienda - Atom"
href="http://trastienda.example.org/feeds"/>
<style type="text/css">#navbar-iframe { display:block }</style></head><body>
<div id="navbar"><a href="#">Blog siguiente»</a> <a href="#">Crear un blog</a> <a href="#">Acceder</a></div>
<div id="header"><h1 class="title"><a href="http://trastienda.example.org/">La trastienda</a></h1>
<p class="description">Apuntes de una ferretera de barrio con mostrador de madera y poca paciencia.</p></div>
<div id="main"><h2 class="date-header">miércoles 12 de marzo de 2008</h2>
<div class="post"><a name="1"></a><h3 class="post-title"><a
href="http://trastienda.example.org/2008/03/cartel.html">El cartel de la puerta</a></h3>
<div class="post-body">⟦Ayer quité el cartel de la puerta. Decía «No se admiten devoluciones sin tique» y llevaba ahí
desde que
mi padre abrió la tienda, en el 71.<br/><br/>Lo quité porque una señora me escribió en el blog. No compra aquí desde
hace dos
años, y el motivo era ese cartel: le dio vergüenza preguntar por un grifo que goteaba.<br/><br/>Pensé que
exageraba. Luego pregunté a otras tres personas, y <b>las tres</b> habían leído el cartel antes que el
escaparate.<br/><br/>Así que ahora hay otro. Dice «Pregunte».<br/><br/>Besos.⟧</div>
<p class="post-footer"><em>Publicado por <a href="http://www.example.org/profile/1">Pura</a> en <a
href="#">22:14</a></em>
<a href="#">5 comentarios</a> Etiquetas: <a href="#">tienda</a>, <a href="#">carteles</a></p></div>
<div id="comments"><h4>2 comentarios:</h4><dl id="comments-block"><dt>Anónimo dijo...</dt>
<dd><p>A mí me pasó lo mismo en una zapatería de la calle Mayor, y no he vuelto a entrar desde entonces, fíjate qué
tontería.</p></dd>
<dt>Lola dijo...</dt><dd><p>Me alegro mucho de que lo hayas quitado, se lo he contado a mi madre y dice que va a
volver.</p></dd></dl></div></div>
<div id="sidebar"><h2>Datos personales</h2><p>Pura. Llevo la ferretería de mi familia y escribo aquí lo que no puedo
decir en el mostrador,
que es casi todo. Me gustan los tornillos de cabeza avellanada y la gente que saluda.</p>
<h2>Archivo del blog</h2><ul><li><a href="#">marzo (4)</a></li><li><a href="#">febrero
(7)</a></li></ul></div></body></html>"""

SPLINDER = """<html><head><title>Il banco di sotto</title>
<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"></head><body bgcolor="#FFFFCC">
<table width="760" align="center" cellpadding="4"><tr><td colspan="2" bgcolor="#663300"><font size="6"
color="white"><b>Il banco di sotto</b></font><br>
<font size="1" color="white">diario di una libraia che vende anche quaderni</font></td></tr>
<tr><td width="180" valign="top"><font size="1"><b>Chi sono</b><br>Utente: bancodisotto<br>Nome:
Fiammetta<br><br>Vendo libri usati in una
piazza dove non passa nessuno, e nel tempo che resta scrivo qui. Rispondo a tutti, ma con
calma.<br><br><b>Archivio</b><br>
<a href="#">oggi</a><br><a href="#">maggio 2006</a><br><a href="#">aprile 2006</a><br><br><b>Link</b><br><a
href="#">Pane e inchiostro</a><br>
<a href="#">La gatta sul forno</a><br><br>visitato *3.412* volte</font></td>
<td valign="top"><font face="Verdana" size="2"><b>giovedì, 18 maggio 2006</b><br><br><b>La tessera dei
lettori</b><br><br>
⟦Il distributore mi ha mandato sei scatole di tessere fedeltà. Dieci timbri, un libro in omaggio, purché del loro
catalogo.<br><br>
Ne ho data una alla signora Ines, che compra da me da quando ho aperto. L'ha girata due volte e mi ha chiesto se
adesso
doveva comprare di pi&ugrave; o di meno. Non ho saputo rispondere.<br><br>
Le tessere sono finite sotto la gamba del tavolo che balla. Alla signora Ines il decimo libro lo regalo lo stesso, ma
quando
mi va, e senza timbri.<br><br><i>Post scriptum</i>: il tavolo non balla pi&ugrave;.⟧<br><br>
<font size="1"><a href="#">postato da: bancodisotto alle ore 19:02</a> | <a href="#">link</a> | <a href="#">commenti
(3)</a></font></font></td></tr>
<tr><td colspan="2"><font size="1">Questo blog non rappresenta una testata giornalistica in quanto viene aggiornato
senza alcuna
periodicit&agrave;. Non pu&ograve; pertanto considerarsi un prodotto editoriale ai sensi della legge n. 62 del
7.03.2001.</font></td></tr></table></body></html>"""

KUBRICK = """<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" lang="es-ES"><head><meta charset="UTF-8" />
<title>Cinco cosas que aprendí contestando correos | Oficina de quejas</title>
<link rel="canonical" href="http://quejas.example.org/2010/06/03/cinco-cosas/" /><meta name="generator"
content="WordPress 2.9" />
<script type="text/javascript">var a = "<p>esto no es texto</p>";</script></head><body class="single">
<div id="page"><div id="header"><h1><a href="http://quejas.example.org/">Oficina de quejas</a></h1><div
class="description">Un blog más</div></div>
<div id="content" class="widecolumn"><div class="navigation"><a href="#">« El buzón</a> <a href="#">La hoja amarilla
»</a></div>
<div class="post" id="post-41"><h2>Cinco cosas que aprendí contestando correos</h2><div class="entry">
⟦<p>Durante once años contesté los correos de una compañía de autobuses. No había manual, o lo había y nadie lo
leyó.</p>
<p>Un compañero tenía pegada en la pantalla esta frase:</p>
<blockquote><p>People of earth... markets are conversations.</p></blockquote>
<p>Nunca supe de dónde la sacó. Esto es lo que aprendí yo:</p>
<h3>Lo fácil</h3>
<ul><li>Contestar el mismo día, aunque sea para decir «no lo sé todavía».</li><li>Firmar con el nombre.</li><li>No
copiar y pegar.</li></ul>
<h3>Lo difícil</h3>
<ol><li>Pedir perdón sin la palabra «inconveniente».</li><li>Decir a los jefes lo que dicen los viajeros, con sus
palabras.</li></ol>
<p>La línea 27 sigue llegando tarde. Pero ahora, por lo menos, la gente me lo cuenta a mí antes que al periódico.</p>
<p>Mañana, más.</p>⟧
<div class="sharedaddy"><h3>Comparte esto:</h3><ul><li><a href="#">Twitter</a></li><li><a
href="#">Facebook</a></li></ul></div>
<p class="postmetadata alt"><small>Esta entrada fue publicada el Jueves 3 de Junio de 2010 a las 9:12 am y está
archivada bajo
<a href="#">Autobuses</a>. Puedes seguir las respuestas a través de <a href="#">RSS 2.0</a>.</small></p></div></div>
<h3 id="comments">3 respuestas a “Cinco cosas que aprendí contestando correos”</h3><ol class="commentlist">
<li id="comment-1"><cite>Tomás</cite> dice: <p>Yo he escrito dos veces a esa compañía y siempre me contestó una
máquina, así que me alegro de saber que había alguien.</p></li></ol>
<h3>Deja un comentario</h3><form><input type="text" name="author"/> <label>Nombre
(requerido)</label><textarea></textarea></form></div>
<div id="footer"><p>Oficina de quejas funciona con WordPress<br/><a href="#">Entradas
(RSS)</a></p></div></div></body></html>"""

COCTELERA = """<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"><title>Sin azúcar - Un
anuncio en la marquesina</title></head>
<body><div id="cabecera"><a href="/">Sin azúcar</a></div><div id="contenedor"><div id="lateral"><h3>Sobre
mí</h3><div>Enfermera de noche y lectora de
etiquetas. Este cuaderno lo empecé en 2005 porque no tenía con quién discutir de yogures a las cuatro de la
mañana.</div>
<h3>Categorías</h3><div><a href="#">yogures</a> <a href="#">anuncios</a></div></div>
<div id="principal"><div class="articulo"><h2>Un anuncio en la marquesina</h2><div class="fecha">3 Noviembre
2007</div><div class="cuerpo">
⟦<div>En la parada del hospital han puesto un anuncio enorme de unas galletas «que cuidan de ti». A las siete de la
mañana, después
de diez horas de planta, no hay galleta que cuide de nadie.</div><div>&nbsp;</div>
<div>Escribí a la marca. Me contestaron con un vale de <strong>50 céntimos</strong>y un folleto con una familia muy
rubia.</div><div>&nbsp;</div>
<div>El vale caduca en enero, por si alguien lo quiere. Lo dejo en el control de la tercera, debajo del teléfono, y
que cada cual se cuide como pueda.</div>⟧
</div><div class="pie">escrito por sinazucar a las 08:31 | <a href="#">Categoría: anuncios</a> | <a href="#">4
comentarios</a> | <a href="#">Compártelo</a></div></div>
<div class="articulo relacionado"><h4>Otros artículos</h4><ul><li><a href="#">El yogur de la Macarena</a></li><li><a
href="#">Bífidus para todos</a></li></ul></div>
<div id="comentarios"><h3>Comentarios</h3><div>marga dijo<div>Pues yo trabajo en una farmacia y te digo que con los
vales esos no hacemos más que reírnos, hija.</div></div></div></div></div></body></html>"""

TABELLE = """<HTML><HEAD><TITLE>Circolo del tarlo - notiziario n. 14</TITLE></HEAD><BODY>
<TABLE BORDER=0 WIDTH="100%"><TR><TD><CENTER><IMG SRC="tarlo.gif" ALT="Circolo del tarlo, restauratori dal
1988"></CENTER></TD></TR><TR><TD>
<TABLE><TR><TD VALIGN=TOP><A HREF="a.htm">Home</A><BR><A HREF="b.htm">Il circolo</A><BR><A HREF="c.htm">Le
gite</A><BR><A HREF="d.htm">Contatti</A></TD><TD>
<TABLE><TR><TD>⟦<P>Al mercato di Lugo il nostro banco era fra un signore che vendeva lampadari e una ditta di
Forl&igrave; con un cartello luminoso.
Il cartello diceva <FONT COLOR=RED>sconti</FONT>, e la gente tirava dritto.
<P>Da noi si fermavano. Avevamo due sedie rotte, una rimessa a nuovo per met&agrave;, e il Gino che piallava. Quello
che vendeva
lampadari a mezzogiorno &egrave; venuto a chiederci quanto prendevamo per il Gino.
<P>Il Gino non &egrave; in vendita. Per&ograve; la domanda era giusta: alle persone piace vedere le mani, e le mani
non si stampano su un
cartello.
<UL><LI>Sedie portate: due<LI>Sedie riportate a casa: nessuna<LI>Biglietti da visita distribuiti: zero, li avevamo
dimenticati</UL>
<P>La prossima volta ci andiamo in settembre.⟧</TD></TR></TABLE></TD></TR></TABLE></TD></TR>
<TR><TD><HR><CENTER><FONT SIZE=1>Sei il visitatore numero 00871 - Sito ottimizzato per 800x600 - <A
HREF="mailto:tarlo@example.org">scrivici</A></FONT></CENTER></TD></TR></TABLE></BODY></HTML>"""

BREVE = """<!DOCTYPE html><html lang="es"><head><meta charset="utf-8"><title>Aviso a los del foro</title><meta
property="og:site_name" content="Bicis de carga"></head>
<body><ul id="nav"><li><a href="/">Inicio</a></li><li><a href="/f">Foro</a></li><li><a href="/t">Tienda</a></li></ul>
<div id="entrada"><h1>Aviso a los del foro</h1><p class="meta">por Casilda, 4 de enero de 2011</p>
⟦<p>El foro no se cierra. Lo dijo un señor de la central que no ha montado en bici en su vida, y ya le han explicado
que el foro es vuestro.</p>
<p>Seguimos.</p>⟧</div>
<div class="widget"><h3>Entradas recientes</h3><ul><li><a href="#">Frenos de disco en cuesta</a></li><li><a
href="#">Remolques que aguantan</a></li>
<li><a href="#">La quedada de Ribera</a></li></ul></div><div id="pie">© 2011 Bicis de carga. Todos los derechos
reservados.</div></body></html>"""

ENTREVISTA = """<!DOCTYPE html><html lang="it"><head><meta charset="utf-8"><title>«Il cliente mi corregge e io
ringrazio» - Gazzetta del Fosso</title>
<meta property="article:published_time" content="2012-10-09T08:00:00+02:00"><meta name="author" content="Nives
Cantarelli"></head><body>
<div class="cookie-bar">Questo sito usa i cookie per offrirti una migliore esperienza di navigazione. Se continui
accetti il loro uso. <a href="#">Chiudi</a></div>
<header><a href="/">Gazzetta del Fosso</a><nav><a href="#">Cronaca</a> <a href="#">Sport</a> <a
href="#">Cultura</a></nav></header>
<div class="main"><div class="articolo"><h1>«Il cliente mi corregge e io ringrazio»</h1><div class="firma">di Nives
Cantarelli</div>
<div class="condividi"><span>Condividi</span><a href="#">0 Tweet</a><a href="#">12 Mi piace</a></div><div
class="testo">
⟦<p>Oreste Balboni ripara fisarmoniche a Stradella. Da due anni le spiega anche in rete, e sotto ogni filmato c'è chi
lo contraddice.</p>
<p><strong>Le dà fastidio?</strong></p>
<p>I primi tempi sì, poi uno di Recanati mi ha fatto notare che montavo le ance al contrario di suo nonno, e aveva
ragione suo nonno.</p>
<p><strong>E l'ha detto?</strong></p>
<p>Certo.</p>⟧
<div class="leggi-anche"><strong>Leggi anche:</strong> <a href="#">Torna il palio dei trattori</a></div>
⟦<p>Ho rifatto il filmato con il nome suo e quello del nonno. È il più visto di tutti, e mi hanno scritto
dall'Argentina per ordinare dei mantici.</p>
<p><strong>La fabbrica che cosa dice?</strong></p>
<p>La fabbrica ha chiesto di togliere il marchio dai filmati. L'ho tolto. Adesso me lo chiedono indietro, ma devono
mettersi in fila.</p>⟧
</div><div class="tag">Tag: <a href="#">fisarmoniche</a> <a href="#">Stradella</a></div>
<div class="box"><h3>I più letti</h3><ol><li><a href="#">Scontro al passaggio a livello</a></li><li><a href="#">Gelata
sulle albicocche</a></li></ol></div></div></div>
<footer><p>Gazzetta del Fosso, reg. Trib. n. 12 del 2004. Riproduzione riservata.</p></footer></body></html>"""

PORTADA = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Diario de una peluquería</title></head><body><div
id="wrap"><h1><a href="/">Diario de una peluquería</a></h1>
<div id="posts"><div class="post">⟦<h2><a href="/p/2">El secador de la competencia</a></h2>⟧<div
class="date">14/05/2009</div><div class="entry">⟦<p>Han abierto otra peluquería en la acera de
enfrente, con luces azules y un secador que anuncia en la radio. Dicen que seca en cuatro minutos.</p><p>Mis clientas
no tienen prisa. La que
tiene prisa me lo dice y la seco yo en cinco, y por el camino me cuenta lo de su hija, que eso no lo seca ningún
aparato.</p>⟧</div><p class="info"><a href="#">2 comentarios</a></p></div>
<div class="post">⟦<h2><a href="/p/1">Por qué no hago encuestas</a></h2>⟧<div class="date">02/05/2009</div><div
class="entry">⟦<p>Me ofrecieron una tableta para que las clientas valoraran el servicio con
caritas. Les pregunté a ellas, que es lo que hago siempre, y se rieron.</p><p>La de los jueves me dijo que si quería
saber algo se lo preguntase mirándola al espejo. Y eso hago desde el 92.</p>⟧</div>
<p class="info"><a href="#">9 comentarios</a></p></div></div><div id="side"><h3>Enlaces</h3><ul><li><a href="#">Rulos
y redes</a></li><li><a href="#">Tijera libre</a></li></ul></div></div></body></html>"""

FRAMES = """<html><head><title>Tornillos</title></head><frameset cols="20%,80%"><frame src="menu.htm"><frame
src="texto.htm">
<noframes><body>Su navegador no admite marcos.</body></noframes></frameset></html>"""

_PAGES = {
    "blogger.html": (BLOGGER, "utf-8"),
    "splinder.htm": (SPLINDER, "cp1252"),
    "kubrick.html": (KUBRICK, "utf-8"),
    "coctelera.html": (COCTELERA, "utf-8"),
    "tabelle.htm": (TABELLE, "ascii"),
    "breve.html": (BREVE, "utf-8"),
    "entrevista.html": (ENTREVISTA, "utf-8"),
    "portada.html": (PORTADA, "utf-8"),
}
_MAIN = re.compile("⟦(.*?)⟧", re.DOTALL)


def pages() -> dict[str, tuple[bytes, str]]:
    """Name of each page, its bytes, and its main text as HTML."""
    return {
        name: (re.sub("[⟦⟧]", "", page).encode(encoding), "\n".join(_MAIN.findall(page)))
        for name, (page, encoding) in _PAGES.items()
    }


def mhtml() -> bytes:
    """A page saved as one file with a picture."""
    import quopri

    page = quopri.encodestring(pages()["breve.html"][0]).decode("ascii").replace("\n", "\r\n")
    lines = [
        "From: <Saved by Browser>",
        "Snapshot-Content-Location: http://bicis.example.org/aviso",
        "Subject: Aviso a los del foro",
        "MIME-Version: 1.0",
        'Content-Type: multipart/related; type="text/html"; boundary="----trozo"',
        "",
        "------trozo",
        "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "Content-Location: http://bicis.example.org/aviso",
        "",
        page,
        "------trozo",
        "Content-Type: image/gif",
        "Content-Transfer-Encoding: base64",
        "Content-Location: http://bicis.example.org/punto.gif",
        "",
        "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==",
        "------trozo--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def samples() -> dict[str, bytes]:
    """File name and bytes of a small valid file of each kind."""
    files = {name: data for name, (data, _) in pages().items()}
    xhtml = b'<?xml version="1.0" encoding="utf-8"?>\n' + files["kubrick.html"]
    return {
        **files,
        "kubrick.xhtml": xhtml,
        "breve.mht": mhtml(),
        "breve.mhtml": mhtml(),
    }
