# The application alone: it needs DATABASE_URL and REDIS_URL, which compose.yaml brings along.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish Convo.Web -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# Text recognition for scanned pages; Convo does without where they are missing.
RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr poppler-utils && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
ENV ASPNETCORE_URLS=http://+:8080
EXPOSE 8080
USER $APP_UID
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "Convo.Web.dll"]
