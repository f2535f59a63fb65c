import { chromium } from "playwright";

type Price = { article: string; price: number };

function connect(): Promise<import("playwright").Browser> {
  const key = process.env.ANCHOR_API_KEY;
  const session = process.env.ANCHOR_SESSION_ID;
  if (!key || !session) {
    throw new Error("the session's variables are not set");
  }
  const address = new URL("wss://connect.anchorbrowser.io");
  address.searchParams.set("apiKey", key);
  address.searchParams.set("sessionId", session);
  return chromium.connectOverCDP(address.href);
}

function amount(text: string): number {
  return Number(text.replace(/[^0-9.]/g, ""));
}

export default async function priceList() {
  const category = process.env.ANCHOR_CATEGORY ?? "all";
  const browser = await connect();
  const context = browser.contexts()[0] ?? (await browser.newContext());
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(`https://supplier.example/catalogue?category=${category}`);
  const prices: Price[] = [];
  for (const row of await page.locator("table.prices tbody tr").all()) {
    const article = (await row.locator("td.article").innerText()).trim();
    const price = amount(await row.locator("td.price").innerText());
    prices.push({ article, price });
  }
  return {
    success: prices.length > 0,
    message: `${prices.length} prices in ${category}`,
    prices,
  };
}
