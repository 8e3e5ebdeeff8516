"""Decodes utterances for one parent process over stdin and stdout.

Every message in is a frame: u32 length of the rest, u8 kind, u32 id, payload (little endian).
  G grammar   id names it; payload is JSON {"jsgf", "words", "pronunciations"}
  g forget    the grammar is not used any more
  B begin     id names an utterance; payload is the u32 id of its grammar
  A audio     PCM16 mono at 16 kHz
  E end       answers "final"
  X cancel    answers nothing
Every answer is a u32 length and JSON with "kind" (ready, grammar, partial, final, failed) and "id".

Each utterance gets decoders of its own, since a decoder carries the loudness and colour of the last speaker into the
next utterance. Beside the grammar runs a free loop of phones over the same sound: the parent compares the scores of
both to tell speech of the grammar from everything else. End of input ends the process.
"""

import json
import os
import select
import struct
import sys

RATE = 16000
PARTIAL_EVERY_BYTES = RATE // 5 * 2
SPARE_PAIRS = 4
MODEL = os.environ.get("POCKETSPHINX_MODEL", "/usr/share/pocketsphinx/model/en-us")
LOOP_BEAM = 1e-10
LOOP_WORD_PENALTY = 0.1


def fail(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(3)


try:
    from pocketsphinx import Decoder
except ImportError as problem:
    fail("python3-pocketsphinx cannot be loaded: %s" % problem)

ACOUSTIC = os.path.join(MODEL, "en-us")
DICTIONARY = os.path.join(MODEL, "cmudict-en-us.dict")
for needed in (ACOUSTIC, DICTIONARY):
    if not os.path.exists(needed):
        fail("The acoustic model is not there: %s" % needed)


def configure(**floats):
    config = Decoder.default_config()
    config.set_string("-hmm", ACOUSTIC)
    config.set_string("-logfn", os.devnull)
    for name, value in floats.items():
        config.set_float("-" + name, value)
    return config


GRAMMAR_CONFIG = configure()
LOOP_CONFIG = configure(
    beam=LOOP_BEAM, pbeam=LOOP_BEAM, wbeam=LOOP_BEAM, wip=LOOP_WORD_PENALTY, lw=1.0
)


PHONES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
).split()
LOOP_JSGF = "#JSGF V1.0;\ngrammar loop;\npublic <loop> = (%s)+;" % " | ".join("zz" + p for p in PHONES)


def look_up(words):
    """Pronunciations of lower-case words, one pass over the dictionary."""
    found = {}
    with open(DICTIONARY, encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.partition(" ")
            word = entry.partition("(")[0]
            if word in words:
                found.setdefault(word, []).append(phones.strip())
    return found


class Grammar:
    def __init__(self, jsgf, words, own):
        self.jsgf = jsgf
        self.spares = []
        found = look_up({word.lower() for word in words})
        found.update({word: list(ways) for word, ways in own.items()})
        self.ways = {word: found.get(word) or found.get(word.lower()) for word in words}
        self.unknown = sorted(word for word, ways in self.ways.items() if not ways)

    def phones_in(self, word):
        base = word.partition("(")[0]
        return len(self.ways[base][0].split()) if base in self.ways else 0

    def build(self):
        decoder = Decoder(GRAMMAR_CONFIG)
        for word, ways in self.ways.items():
            for number, phones in enumerate(ways, 1):
                decoder.add_word(word if number == 1 else "%s(%d)" % (word, number), phones, False)
        decoder.set_jsgf_string("grammar", self.jsgf)
        decoder.set_search("grammar")
        loop = Decoder(LOOP_CONFIG)
        for phone in PHONES:
            loop.add_word("zz" + phone, phone, False)
        loop.set_jsgf_string("loop", LOOP_JSGF)
        loop.set_search("loop")
        return decoder, loop

    def take(self):
        return self.spares.pop() if self.spares else self.build()


def spoken(segment):
    return segment.word[0] not in "<["


class Utterance:
    def __init__(self, grammar):
        self.grammar = grammar
        self.decoder, self.loop = grammar.take()
        self.decoder.start_utt()
        self.loop.start_utt()
        self.unseen = 0

    def feed(self, audio):
        self.decoder.process_raw(audio, False, False)
        self.loop.process_raw(audio, False, False)
        self.unseen += len(audio)

    def partial(self):
        if self.unseen < PARTIAL_EVERY_BYTES:
            return None
        self.unseen = 0
        hypothesis = self.decoder.hyp()
        return self.scores(hypothesis) if hypothesis is not None and hypothesis.hypstr else None

    def end(self):
        self.decoder.end_utt()
        self.loop.end_utt()
        hypothesis = self.decoder.hyp()
        return self.scores(hypothesis) if hypothesis is not None and hypothesis.hypstr else {"text": ""}

    def scores(self, hypothesis):
        score = frames = phones = 0
        first = last = None
        for segment in self.decoder.seg():
            score += segment.ascore
            if spoken(segment):
                frames += segment.end_frame - segment.start_frame + 1
                phones += self.grammar.phones_in(segment.word)
                first = segment.start_frame if first is None else first
                last = segment.end_frame + 1
        loop_score = loop_frames = 0
        for segment in self.loop.seg() if self.loop.hyp() is not None else ():
            loop_score += segment.ascore
            if spoken(segment):
                loop_frames += segment.end_frame - segment.start_frame + 1
        return {
            "text": hypothesis.hypstr,
            "first": first or 0,
            "last": last or 0,
            "score": score,
            "frames": frames,
            "phones": phones,
            "loopScore": loop_score,
            "loopFrames": loop_frames,
        }


def answer(**fields):
    data = json.dumps(fields).encode()
    sys.stdout.buffer.write(struct.pack("<I", len(data)) + data)
    sys.stdout.buffer.flush()


class Worker:
    def __init__(self):
        self.grammars = {}
        self.utterances = {}
        self.wanted = []

    def on_grammar(self, id, payload):
        asked = json.loads(payload)
        grammar = Grammar(asked["jsgf"], asked["words"], asked["pronunciations"])
        if grammar.unknown:
            return answer(kind="grammar", id=id, problem="unknown-words", words=grammar.unknown)
        try:
            grammar.spares.append(grammar.build())
        except RuntimeError:
            return answer(kind="grammar", id=id, problem="refused", words=[])
        self.grammars[id] = grammar
        answer(kind="grammar", id=id)

    def on_begin(self, id, payload):
        grammar = self.grammars.get(struct.unpack("<I", payload)[0])
        if grammar is None:
            return answer(kind="failed", id=id, message="no such grammar")
        self.utterances[id] = Utterance(grammar)

    def on_audio(self, id, payload):
        utterance = self.utterances.get(id)
        if utterance is None:
            return
        utterance.feed(payload)
        partial = utterance.partial()
        if partial is not None:
            answer(kind="partial", id=id, **partial)

    def on_end(self, id):
        utterance = self.utterances.pop(id, None)
        if utterance is None:
            return
        answer(kind="final", id=id, **utterance.end())
        self.wanted.append(utterance.grammar)

    def handle(self, kind, id, payload):
        if kind == b"A":
            return self.on_audio(id, payload)
        if kind == b"B":
            return self.on_begin(id, payload)
        if kind == b"E":
            return self.on_end(id)
        if kind == b"X":
            return self.utterances.pop(id, None)
        if kind == b"G":
            return self.on_grammar(id, payload)
        if kind == b"g":
            return self.grammars.pop(id, None)
        raise ValueError("unknown message %r" % kind)

    def idle(self):
        """Builds the decoders of the next utterance while nobody waits."""
        grammar = self.wanted.pop()
        if grammar in self.grammars.values() and not grammar.spares:
            if sum(len(each.spares) for each in self.grammars.values()) < SPARE_PAIRS:
                grammar.spares.append(grammar.build())

    def run(self):
        kept = bytearray()
        while True:
            while self.wanted and not select.select([0], [], [], 0)[0]:
                self.idle()
            data = os.read(0, 1 << 16)
            if not data:
                return
            kept += data
            at = 0
            while len(kept) - at >= 4:
                size = struct.unpack_from("<I", kept, at)[0]
                if len(kept) - at - 4 < size:
                    break
                body = bytes(kept[at + 4 : at + 4 + size])
                at += 4 + size
                self.handle(body[0:1], struct.unpack_from("<I", body, 1)[0], body[5:])
            del kept[:at]


Decoder(GRAMMAR_CONFIG)
answer(kind="ready", id=0)
if "--probe" not in sys.argv:
    Worker().run()
sys.stdout.flush()
os._exit(0)
