import fc from "fast-check";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { renderXml } from "./xml.ts";

test("elements stand below each other, and a text as it is between its tags", () => {
  const content = [
    { name: "empty", attributes: { id: 0, says: "" } },
    { name: "text", content: "two\n lines" },
    { name: "below", content: [{ name: "last" }] },
  ];
  expect(renderXml({ name: "all", content })).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<all>
  <empty id="0" says=""/>
  <text>two
 lines</text>
  <below>
    <last/>
  </below>
</all>
`);
});

test("what means something to XML is written so that it means nothing", () => {
  const hostile = `&#0; &amp; <a b="c">]]></a>'`;
  const xml = renderXml({ name: "a", attributes: { b: hostile }, content: hostile });
  expect(xml).toContain(`<a b="&amp;#0; &amp;amp; &lt;a b=&quot;c&quot;&gt;]]&gt;&lt;/a&gt;'">`);
  expect(xml).toContain(`&amp;#0; &amp;amp; &lt;a b="c"&gt;]]&gt;&lt;/a&gt;'</a>`);
});

test("what XML forbids is replaced, halves of characters, too", () => {
  expect(renderXml({ name: "a", content: "\0\u001B\uD800x\uFFFE\u{1F600}" })).toContain(
    "<a>\uFFFD\uFFFD\uFFFDx\uFFFD\u{1F600}</a>",
  );
});

test("whatever the texts, it is well-formed", async () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string());
  const files = fc.sample(fc.tuple(text, text), 100).map(([value, content], index) => ({
    fileName: `${index}.xml`,
    contents: renderXml({ name: "a", content: [{ name: "b", attributes: { value }, content }] }),
  }));
  const { errors } = await validateXML({ xml: files, schema: ANYTHING });
  expect(errors.map(({ rawMessage }) => rawMessage)).toEqual([]);
});

const ANYTHING = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b">
    <xs:complexType><xs:simpleContent><xs:extension base="xs:string">
      <xs:attribute name="value" type="xs:string"/>
    </xs:extension></xs:simpleContent></xs:complexType>
  </xs:element></xs:sequence></xs:complexType></xs:element>
</xs:schema>`;
