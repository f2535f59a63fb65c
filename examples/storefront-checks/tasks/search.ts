import AnchorBrowser from "anchorbrowser";

interface Result {
  success: boolean;
  message: string;
  missing?: string[];
}

const TERMS = ["teapot", "umbrella", "notebook"];

export default async function searchFindsProducts(): Promise<Result> {
  const sessionId = process.env.ANCHOR_SESSION_ID;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing" };
  const terms = process.env.ANCHOR_TERMS?.split(",").map((term) => term.trim()) ?? TERMS;

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    const missing: string[] = [];
    for (const term of terms) {
      await page.goto("https://shop.example", { waitUntil: "domcontentloaded" });
      await page.getByRole("searchbox").fill(term);
      await page.getByRole("searchbox").press("Enter");
      const results = page.getByTestId("result");
      // An empty page is an answer here, not an error.
      await results.first().waitFor({ timeout: 10_000 }).catch(() => undefined);
      if ((await results.filter({ hasText: new RegExp(term, "i") }).count()) === 0) {
        missing.push(term);
      }
    }
    return missing.length === 0
      ? { success: true, message: `found all of ${terms.join(", ")}` }
      : { success: false, message: `nothing for ${missing.join(", ")}`, missing };
  } finally {
    await browser.close();
  }
}
