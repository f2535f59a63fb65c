import AnchorBrowser from "anchorbrowser";
import { z } from "zod";

const Inputs = z.object({
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  productUrl: z.string().url("ANCHOR_PRODUCT_URL is not a URL"),
  targetPrice: z.coerce.number().positive("ANCHOR_TARGET_PRICE must be above 0"),
});

interface Result {
  success: boolean;
  message: string;
  price?: number;
  reached?: boolean;
}

/** "kr 1 299,00" and "$1,299.00" are both 1299. */
function parsePrice(text: string): number {
  const digits = text.replace(/[^\d.,]/g, "");
  const cents = /[.,](\d{2})$/.exec(digits);
  const whole = cents ? digits.slice(0, cents.index) : digits;
  const price = Number(`${whole.replace(/\D/g, "")}.${cents?.[1] ?? "00"}`);
  if (!Number.isFinite(price) || price === 0) {
    throw new Error(`no price in "${text.trim()}"`);
  }
  return price;
}

export default async function priceWatch(): Promise<Result> {
  const inputs = Inputs.safeParse({
    sessionId: process.env.ANCHOR_SESSION_ID,
    productUrl: process.env.ANCHOR_PRODUCT_URL ?? "https://shop.example/item/42",
    targetPrice: process.env.ANCHOR_TARGET_PRICE ?? "1000",
  });
  if (!inputs.success) {
    return { success: false, message: inputs.error.issues[0]?.message ?? "bad input" };
  }

  const { sessionId, productUrl, targetPrice } = inputs.data;
  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(productUrl, { waitUntil: "domcontentloaded" });

    const price = parsePrice(await page.getByTestId("price").first().innerText());
    const reached = price <= targetPrice;
    return {
      success: true,
      message: `${price} is ${reached ? "at or below" : "above"} ${targetPrice}`,
      price,
      reached,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { success: false, message: `${productUrl}: ${reason}` };
  } finally {
    await browser.close();
  }
}
