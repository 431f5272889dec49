# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest import TestCase

from ..used_css import embed_fonts, used_css

HTML = """<div id="top" class="row o_total"><p class='lead'>Text</p></div>"""


class TestUsedCss(TestCase):
    def assertKept(self, css):
        self.assertEqual(used_css(css, HTML), css)

    def assertDropped(self, css):
        self.assertEqual(used_css(css, HTML), "")

    def test_what_may_apply_stays(self):
        for css in (
            "p{margin:0}",
            "*,::after{top:0}",
            ".row > .lead{top:0}",
            "DIV P{top:0}",
            "body ::selection,p::-moz-focus-inner{top:0}",
            ":is(b,strong){top:0}",
            "#top.o_total:first-child{top:0}",
            "p:not(.absent){top:0}",
            '[class*=".absent"]{top:0}',
            "[ID=top]{top:0}",
            "[id=TOP],[class~='lead']{top:0}",
            'p:not([type="absent"]){top:0}',
            r".m-1\.5{top:0}",
            "@font-face{font-family:Lato;src:url(data:a;b{c})}",
            '@charset "UTF-8";',
            '.row::before{content:"} .absent {"}',
            "@media print{.row{top:0}}",
        ):
            with self.subTest(css=css):
                self.assertKept(css)

    def test_what_asks_for_an_absent_name_goes(self):
        for css in (
            ".absent{top:0}",
            ".row .absent{top:0}",
            "#absent{top:0}",
            "b,strong{top:0}",
            "div>a:hover{top:0}",
            "[type]{top:0}",
            "p[class='absent']{top:0}",
            '[type="a"]:not(:disabled),*[lang|=de]{top:0}',
            "@media print{.absent{top:0}}",
            "@supports (top:0){@media print{.absent{top:0}}}",
        ):
            with self.subTest(css=css):
                self.assertDropped(css)

    def test_a_list_keeps_the_selectors_that_may_apply(self):
        self.assertEqual(
            used_css(".absent,.row,p:not(.a,.b),.x .row{top:0}", HTML), ".row,p:not(.a,.b){top:0}"
        )

    def test_comments_do_not_confuse(self):
        self.assertEqual(
            used_css("/* .x{ */.row{top:0}/* } */p{top:1}", HTML), ".row{top:0}p{top:1}"
        )


class TestEmbedFonts(TestCase):
    def face(self, family="Lato", weight="400", style="normal", url="/web/fonts/./Lato.woff"):
        return (
            f'@font-face{{font-family: "{family}"; src: url("{url}") format("woff"); '
            f"font-weight: {weight}; font-style: {style};}}"
        )

    def embedded(self, face, content=b"font", html="", more="b{font-weight:bolder}"):
        rules = ":root{--font-sans-serif: Roboto}p{font-family: Lato}" + more
        return embed_fonts(face + rules, html, lambda path: content).removesuffix(rules)

    def test_the_bold_font_comes_if_something_is_bold(self):
        face = self.face(weight="700")
        for more, html in (
            ("b{font-weight: 700}", ""),
            ("p{font: italic bold 12px Lato}", ""),
            ("", '<p style="font-weight:600">'),
            ("", "<style>.total{font-weight: bold}</style>"),
        ):
            with self.subTest(css=more, html=html):
                self.assertTrue(self.embedded(face, html=html, more=more))
        for more in ("", "h1{font-weight:500}p{font-weight: normal;--bs-font-weight:inherit}"):
            with self.subTest(css=more):
                self.assertEqual(self.embedded(face, more=more), "")

    def test_plain_and_bold_fonts_come_into_the_style(self):
        for weight in ("400", "700", "bold"):
            with self.subTest(weight=weight):
                css = self.embedded(self.face(weight=weight))
                self.assertIn("url(data:font/woff;base64,Zm9udA==)", css)
                self.assertIn(f"font-weight:{weight};", css)

    def test_fonts_that_no_rule_names_go(self):
        for face in (
            self.face(family="Roboto"),
            self.face(family="La"),
            self.face(weight="100"),
            self.face(style="italic"),
            self.face(url="https://fonts.example.com/Lato.woff"),
            self.face(url="/web/fonts/Lato.woff2"),
        ):
            with self.subTest(face=face):
                self.assertEqual(self.embedded(face), "")

    def test_a_font_that_cannot_be_read_keeps_its_link(self):
        self.assertEqual(self.embedded(self.face(), content=None), self.face())
