"""The simulator's ticket, payment and account endpoints."""

from __future__ import annotations

import copy
from decimal import Decimal

from channels.accplanet import sandbox_data as data
from channels.accplanet.sandbox_shop import Shop, Thing
from channels.sandbox import Reply, Request, endpoint

STATUSES = ("open", "in_progress", "closed")


class Desk(Shop):
    """Tickets, payments, balance."""

    @endpoint("GET", "/tickets/api/supplier/list/", "tickets.list")
    def list_tickets(self, request: Request) -> Reply:
        """Newest first."""
        status = request.query.get("status")
        return self.listed(
            request, [one for one in self.newest_first(self.tickets.values()) if status in (None, one["status"])]
        )

    @endpoint("GET", "/tickets/api/supplier/{ticket_id}/", "tickets.get")
    def get_ticket(self, request: Request) -> Reply:
        """One ticket, without replies."""
        return self.done(ticket=copy.deepcopy(self.own(self.tickets, request, "ticket_id", "Ticket")))

    @endpoint("POST", "/tickets/api/supplier/create/", "tickets.create")
    def create_ticket(self, request: Request) -> Reply:
        """For an order we supply."""
        fields = self.fields(request)
        order = self.orders.get(fields.text("order_id", required=True) or "")
        title, description = fields.text("title", required=True), fields.text("description", required=True)
        if order is None:
            raise self.refuse(404, "Order not found.")
        ticket = self.new_ticket(order, title or "", description or "")
        self.applied("tickets.create", ticket_id=ticket["ticket_id"], order_id=order["order_id"], title=title)
        return self.done(
            ticket_id=ticket["ticket_id"], ticket_no=ticket["ticket_no"], message="Ticket created successfully."
        )

    @endpoint("POST", "/tickets/api/supplier/{ticket_id}/update/", "tickets.update")
    def update_ticket(self, request: Request) -> Reply:
        """Title, description, status: what is sent changes."""
        ticket = self.own(self.tickets, request, "ticket_id", "Ticket")
        fields = self.fields(request)
        found = {
            "title": fields.text("title"),
            "description": fields.text("description"),
            "status": fields.choice("status", STATUSES),
        }
        changes = {key: value for key, value in found.items() if value is not None}
        if not changes:
            raise self.refuse(400, "Nothing to update.")
        ticket.update(changes)
        self.touch(ticket)
        self.applied("tickets.update", ticket_id=ticket["ticket_id"], changes=changes)
        return self.done(ticket=copy.deepcopy(ticket))

    @endpoint("GET", "/payments/api/supplier/list/", "payments.list")
    def list_payments(self, request: Request) -> Reply:
        """Newest first."""
        return self.listed(request, self.newest_first(self.payments.values()))

    @endpoint("GET", "/account/api/balance/", "account.balance")
    def balance(self, request: Request) -> Reply:
        """The supplier's balance is the sum of the incomes that were booked."""
        booked = [Decimal(o["total_amount"]) for o in self.orders.values() if o["supplier_income_recorded"]]
        supplier = f"{sum(booked, Decimal(0)):.2f}"
        return self.done(
            balance=supplier,
            user_balance="100.00",
            supplier_balance=supplier,
            current_role="supplier",
            email="supplier@example.com",
            user_id=self.supplier_id,
        )

    def new_ticket(self, order: Thing, title: str, description: str) -> Thing:
        """Store a ticket."""
        ticket: Thing = {
            "ticket_id": data.hex_id(self.random),
            "ticket_no": self.number("TKT"),
            "order_id": order["order_id"],
            "buyer_id": order["buyer_id"],
            "supplier_id": self.supplier_id,
            "title": title,
            "description": description,
            "status": "open",
            "admin_invited": False,
            "created_at": self.stamp(),
            "updated_at": self.stamp(),
        }
        self.tickets[ticket["ticket_id"]] = ticket
        return ticket
