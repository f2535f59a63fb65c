import AnchorBrowser from "anchorbrowser";
import { z } from "zod";

const CURRENCIES = { USD: "$", NOK: "kr", GBP: "£", JPY: "¥" } as const;

const Inputs = z.object({
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  currency: z.enum(["USD", "NOK", "GBP", "JPY"]),
  product: z.string().regex(/^\d+$/, "ANCHOR_PRODUCT is not a product number"),
});

interface Result {
  success: boolean;
  message: string;
  shown?: string;
}

export default async function priceInLocalCurrency(): Promise<Result> {
  const inputs = Inputs.safeParse({
    sessionId: process.env.ANCHOR_SESSION_ID,
    currency: process.env.ANCHOR_CURRENCY,
    product: process.env.ANCHOR_PRODUCT ?? "42",
  });
  if (!inputs.success) {
    const issue = inputs.error.issues[0];
    return { success: false, message: `${issue?.path.join(".")}: ${issue?.message}` };
  }

  const { sessionId, currency, product } = inputs.data;
  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`https://shop.example/item/${product}`, {
      waitUntil: "domcontentloaded",
    });
    const shown = (await page.getByTestId("price").first().innerText()).trim();
    const success = shown.includes(CURRENCIES[currency]);
    const message = success ? `${shown} is in ${currency}` : `${shown} is not in ${currency}`;
    return { success, message, shown };
  } finally {
    await browser.close();
  }
}
