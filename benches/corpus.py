#!/usr/bin/env python3
"""Makes a publication of made-up items for measurements, the same texts in the layouts of three publishers.

usage: corpus.py --out DIR --items N [--layouts toml,hugo,zola]

  toml   DIR/toml/data, a data directory of tidings
  hugo   DIR/hugo/content, and
  zola   DIR/zola/content: the same items as Markdown with TOML front matter; no configuration

What is in it: 20 sections whose sizes fall as 1/rank; texts in Latin, Cyrillic, Armenian, Greek and Chinese letters with
some Markdown; bodies of log-normal length around 3,000 bytes; a picture on another host for 30 % of the items, an update
for 20 %, one to four tags of 50; dates spread over ten years before 2026, in another order than the names. Item i is the
same on every machine and run; only its date depends on N.
"""
import argparse
import datetime
import itertools
import json
import math
import os
import random

SECTIONS = ("world politics economy sport culture science technology opinion health local education travel climate "
            "business books film music food law weather").split()
END = datetime.datetime(2025, 12, 31)
SPAN_SECONDS = 3652 * 86400

# For each language its share, the syllables that words are made of, and what stands between words and ends a sentence.
LANGUAGES = {
    "en": (40, "con ment tion er pro re in al ter est ly gov par lia fund mar ket port na cit the of and to", " ", ". "),
    "fr": (15, "é tion ment ré gou ver pré si dent éco mi que par fran çai œu vre ç ê tre le la de à", " ", ". "),
    "ru": (20, "пра ви тель ство эко но ми ка го род ский ние ция об щес твен ный ре фор ма в на щё", " ", ". "),
    "hy": (10, "ու թյուն կա ռա վա րու հա յաս տան քա ղաք տնտե սա կան նախա գահ մշա և է", " ", "։ "),
    "el": (10, "κυ βέρ νη ση οι κο νο μί α πό λη πρό ε δρος τι σμός και το της ώ ή", " ", ". "),
    "zh": (5, "经 济 政 府 城 市 社 会 科 学 文 化 教 育 健 康 新 闻 报 道 世 界 国 际 的 是 在", "", "。"),
}


class Vocabulary:
    """Two thousand words of a language, the frequent ones first, as in any text."""

    def __init__(self, language):
        _, syllables, self.gap, self.stop = LANGUAGES[language]
        random_ = random.Random(f"words of {language}")
        made = ("".join(random_.choices(syllables.split(), k=random_.randint(1, 4))) for _ in range(2000))
        self.words = list(dict.fromkeys(made))
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.bytes_a_word = sum(len((word + self.gap).encode()) for word in self.draw(random_, 2000)) / 2000

    def draw(self, random_, count):
        return random_.choices(self.words, cum_weights=self.weights, k=count)

    def line(self, random_, count):
        text = self.gap.join(self.draw(random_, count))
        return text[:1].upper() + text[1:]

    def body(self, random_, length):
        """Paragraphs of some `length` bytes, now and then a heading, a list or a quotation."""
        words = self.draw(random_, max(8, int(length / self.bytes_a_word)))
        blocks, at = [], 0
        while at < len(words):
            block = []
            for _ in range(random_.randint(1, 6)):
                count = random_.randint(6, 20)
                block.append(self.marked(random_, words[at:at + count]))
                at += count
            block = [sentence for sentence in block if sentence]
            kind = random_.random()
            if kind < 0.8:
                blocks.append(self.stop.join(block) + self.stop.strip())
            elif kind < 0.88:
                blocks.append("## " + self.line(random_, 4))
                blocks.append(self.stop.join(block) + self.stop.strip())
            elif kind < 0.95:
                blocks.append("\n".join(f"- {sentence}" for sentence in block))
            else:
                blocks.append("> " + self.stop.join(block))
        return "\n\n".join(blocks)

    def marked(self, random_, words):
        text = self.gap.join(words)
        text = text[:1].upper() + text[1:]
        kind = random_.random()
        if not text or kind > 0.15:
            return text
        if kind < 0.05:
            return f"**{text}**"
        return f"*{text}*" if kind < 0.1 else f"[{text}](https://news.example.org/r/{random_.randrange(10**6)}?a=1&b=2)"


def items(count):
    """Yields every item as a dictionary."""
    vocabularies = {language: Vocabulary(language) for language in LANGUAGES}
    shares = list(itertools.accumulate(row[0] for row in LANGUAGES.values()))
    sizes = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(SECTIONS))))
    order = list(range(count))
    random.Random("dates").shuffle(order)
    for number in range(count):
        random_ = random.Random(f"item {number}")
        words = vocabularies[random_.choices(list(LANGUAGES), cum_weights=shares)[0]]
        date = END - datetime.timedelta(seconds=int((order[number] + random_.random()) * SPAN_SECONDS / count) + 1)
        yield {
            "section": random_.choices(SECTIONS, cum_weights=sizes)[0],
            "name": f"{date:%Y-%m-%d}-item-{number}",
            "title": words.line(random_, random_.randint(4, 10)),
            "date": date,
            "updated": date + datetime.timedelta(minutes=random_.randint(5, 4000)) if random_.random() < 0.2 else None,
            "summary": words.line(random_, random_.randint(10, 25)) + words.stop.strip(),
            "tags": sorted({f"tag-{random_.randrange(50)}" for _ in range(random_.randint(1, 4))}),
            "author": words.line(random_, 2),
            "picture": random_.randint(60_000, 900_000) if random_.random() < 0.3 else None,
            "body": words.body(random_, min(60_000, max(250, math.exp(random_.gauss(math.log(3000), 0.8))))),
        }


def quoted(value):
    """A TOML string or list of strings."""
    return json.dumps(value, ensure_ascii=False)


def toml(item):
    lines = [f"id = {quoted(item['name'])}", *head(item, "updated"), f"summary = {quoted(item['summary'])}",
             f"tags = {quoted(item['tags'])}", f"authors = {quoted([item['author']])}",
             f'body = """\n{item["body"]}\n"""']
    if item["picture"]:
        lines += ["", "[[images]]", f"src = {quoted(picture(item))}", f"alt = {quoted(item['title'])}",
                  f"width = 1600\nheight = 900\nlength = {item['picture']}"]
    return f"data/{item['section']}/{item['date'].year}/{item['name']}.toml", "\n".join(lines) + "\n"


def markdown(item, updated):
    """The item for Hugo and Zola, which differ in one key. Tags are free keys: nobody is to make pages of them."""
    lines = ["+++", *head(item, updated), f"description = {quoted(item['summary'])}",
             "[extra]", f"tags = {quoted(item['tags'])}", f"authors = {quoted([item['author']])}"]
    if item["picture"]:
        lines.append(f"picture = {quoted(picture(item))}")
    return f"content/{item['section']}/{item['name']}.md", "\n".join([*lines, "+++", item["body"], ""])


def hugo(item):
    return markdown(item, "lastmod")


def zola(item):
    return markdown(item, "updated")


def head(item, updated):
    lines = [f"title = {quoted(item['title'])}", f"date = {item['date']:%Y-%m-%dT%H:%M:%SZ}"]
    if item["updated"]:
        lines.append(f"{updated} = {item['updated']:%Y-%m-%dT%H:%M:%SZ}")
    return lines


def picture(item):
    return f"https://media.example.org/{item['date'].year}/{item['name']}.jpg"


LAYOUTS = {"toml": toml, "hugo": hugo, "zola": zola}

SITE = """title = "Corpus"
base_url = "https://news.example.org"
id_authority = "example.org"
id_authority_date = "2025"
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--layouts", default="toml,hugo,zola")
    arguments = parser.parse_args()
    layouts = arguments.layouts.split(",")
    for layout in layouts:
        if layout not in LAYOUTS:
            parser.error(f"unknown layout {layout}; known: {', '.join(LAYOUTS)}")
    for item in items(arguments.items):
        for layout in layouts:
            path, text = LAYOUTS[layout](item)
            write(os.path.join(arguments.out, layout, path), text)
    if "toml" in layouts:
        write(os.path.join(arguments.out, "toml", "data", "site.toml"), SITE)


if __name__ == "__main__":
    main()
