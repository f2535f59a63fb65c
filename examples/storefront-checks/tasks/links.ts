import AnchorBrowser from "anchorbrowser";

interface Broken {
  url: string;
  status: number;
}

interface Result {
  success: boolean;
  message: string;
  broken?: Broken[];
}

export default async function noBrokenLinks(): Promise<Result> {
  const sessionId = process.env.ANCHOR_SESSION_ID;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing" };
  const start = process.env.ANCHOR_START_URL ?? "https://shop.example";

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(start, { waitUntil: "domcontentloaded" });

    const origin = new URL(page.url()).origin;
    const found = await page
      .locator("a[href]")
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
    const own = [...new Set(found)].filter((url) => url.startsWith(`${origin}/`));

    const broken: Broken[] = [];
    for (const url of own) {
      const response = await page.request.get(url, { maxRedirects: 5, timeout: 10_000 });
      if (response.status() >= 400) broken.push({ url, status: response.status() });
      await response.dispose();
    }
    return broken.length === 0
      ? { success: true, message: `${own.length} links answer` }
      : { success: false, message: `${broken.length} of ${own.length} are broken`, broken };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
